package handler

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The README's table lists every reason once, and no other.
func TestReasonsInTheReadme(t *testing.T) {
	raw, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(strings.ReplaceAll(string(raw), "\r\n", "\n"), "| reason | what happened |\n|---|---|\n")
	table, _, _ := strings.Cut(rest, "\n\n")
	var got, want []string
	for line := range strings.Lines(table) {
		first, _, _ := strings.Cut(strings.TrimPrefix(line, "|"), "|")
		for _, match := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(first, -1) {
			got = append(got, match[1])
		}
	}
	for _, r := range Reasons() {
		want = append(want, string(r.Reason))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("README has\n%v\nthe gate\n%v", got, want)
	}
}
