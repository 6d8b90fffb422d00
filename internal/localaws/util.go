package localaws

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// orDefault is v, or otherwise where v is its type's zero value.
func orDefault[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

func itoa(n int) string { return strconv.Itoa(n) }

// afterLast is what stands behind the last separator: the name at the end of an ARN, or a name as it is.
func afterLast(s, separator string) string {
	return s[strings.LastIndex(s, separator)+1:]
}

// epoch is a time as AWS's JSON protocols write it: seconds since 1970, with milliseconds.
type epoch time.Time

// MarshalJSON writes the seconds.
func (t epoch) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(time.Time(t).UnixMilli())/1000, 'f', 3, 64), nil
}

// set puts what a caller gave, where there is something.
func set[T any](field *T, given *T) {
	if given != nil {
		*field = *given
	}
}

// sorted returns a map's values in the order of their keys.
func sorted[T any](m map[string]T) []T {
	all := make([]T, 0, len(m))
	for _, key := range slices.Sorted(maps.Keys(m)) {
		all = append(all, m[key])
	}
	return all
}
