package doctor

import (
	"slices"
	"strings"
)

// Explanation describes a check.
type Explanation struct {
	Code    string   `json:"code"`
	Title   string   `json:"title"`
	Why     string   `json:"why"`
	Sources []string `json:"sources"`
	Fixes   []string `json:"cures"` // with placeholders in capitals; three spaces may separate a command from a remark
}

// Explanations returns every check, in the order of the codes.
func Explanations() []Explanation {
	var all []Explanation
	add := func(c check) { all = append(all, Explanation{c.code, c.title, c.why, c.sources, c.fixes}) }
	for _, c := range serviceTable() {
		add(c)
	}
	for _, c := range accountTable() {
		add(c.check)
	}
	for _, c := range installationTable() {
		if !slices.ContainsFunc(all, func(e Explanation) bool { return e.Code == c.code }) { // SPOT303 and SPOT402 are in two tables
			add(c.check)
		}
	}
	slices.SortFunc(all, func(a, b Explanation) int { return strings.Compare(a.Code, b.Code) })
	return all
}

// Codes returns the code of every check, sorted.
func Codes() []string {
	var codes []string
	for _, e := range Explanations() {
		codes = append(codes, e.Code)
	}
	return codes
}
