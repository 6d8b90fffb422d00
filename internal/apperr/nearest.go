package apperr

import (
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// Nearest returns the one of the known names that name is most likely a slip of, or "" where none is near:
// two letters may be wrong (a swapped pair counts as two), or a third of a long name's, but one of a short one's.
func Nearest(name string, known []string) string {
	best, least := "", max(min(2, len(name)/2), len(name)/3)+1
	for _, each := range slices.Sorted(slices.Values(known)) {
		if distance := levenshtein.Distance(strings.ToLower(name), strings.ToLower(each), nil); distance < least {
			best, least = each, distance
		}
	}
	return best
}
