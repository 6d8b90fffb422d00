package apperr

import (
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// Nearest returns the known name that name is most likely a misspelling of, or
// "" if none is close enough: at most two letters may differ (a swapped pair
// counts as two), up to a third of a long name, but only one letter of a short
// name.
func Nearest(name string, known []string) string {
	best, least := "", max(min(2, len(name)/2), len(name)/3)+1
	for _, each := range slices.Sorted(slices.Values(known)) {
		if distance := levenshtein.Distance(strings.ToLower(name), strings.ToLower(each), nil); distance < least {
			best, least = each, distance
		}
	}
	return best
}
