package command

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy"
)

// DescribeOthers returns a sentence that names all other installations in the Region, and hints with the command for the first
// few: first for the one with the nearest name.
func (h Hints) DescribeOthers(command, prefix string, others []deploy.Listed) (sentence string, hints []string) {
	names := make([]string, len(others))
	for i, other := range others {
		names[i] = deploy.DisplayPrefix(other.Prefix)
	}
	for _, other := range nearestFirst(prefix, others)[:min(maxOtherHints, len(others))] {
		hints = append(hints, h.CommandFor(command, other.Prefix))
	}
	return "Installed there: " + strings.Join(names, ", ") + ".", hints
}

// DescribeElsewhere returns a sentence that names installations with their Regions, and hints with the command for the first
// few.
func (h Hints) DescribeElsewhere(command, prefix string, others []deploy.Listed) (sentence string, hints []string) {
	const named = 8
	names := make([]string, 0, named+1)
	for _, other := range others[:min(named, len(others))] {
		names = append(names, deploy.DisplayPrefix(other.Prefix)+" in "+other.Region)
	}
	if more := len(others) - named; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	sentence = "Installed: " + strings.Join(names, ", ") + "." + nearestSentence(prefix, others)
	for _, other := range others[:min(maxOtherHints, len(others))] {
		hints = append(hints, h.In(other.Region).CommandFor(command, other.Prefix))
	}
	return sentence, hints
}

// maxOtherHints is the maximum number of other installations with a hint.
const maxOtherHints = 3

// NearestPrefix returns the prefix among others that prefix is most likely a misspelling of, or "".
func NearestPrefix(prefix string, others []deploy.Listed) string {
	var names []string
	for _, other := range others {
		names = append(names, other.Prefix)
	}
	return apperr.Nearest(prefix, names)
}

// nearestSentence returns, with a leading space, a sentence that names the nearest prefix, unless the only one is named anyway.
func nearestSentence(prefix string, others []deploy.Listed) string {
	if near := NearestPrefix(prefix, others); near != "" && len(others) > 1 {
		return " The nearest name is " + near + "."
	}
	return ""
}

// nearestFirst returns the others with those of the nearest name first.
func nearestFirst(prefix string, others []deploy.Listed) []deploy.Listed {
	near := NearestPrefix(prefix, others)
	isNear := func(other deploy.Listed) bool { return near != "" && other.Prefix == near }
	return slices.Concat(slices.DeleteFunc(slices.Clone(others), func(other deploy.Listed) bool { return !isNear(other) }),
		slices.DeleteFunc(slices.Clone(others), isNear))
}
