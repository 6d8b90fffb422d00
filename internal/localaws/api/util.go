package api

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// AfterLast returns the part after the last separator: the name at the end of an ARN, or a plain name
// unchanged.
func AfterLast(s, separator string) string {
	return s[strings.LastIndex(s, separator)+1:]
}

// Epoch is a time in AWS's JSON protocols: seconds since 1970, with milliseconds.
type Epoch time.Time

// MarshalJSON encodes the seconds.
func (t Epoch) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(time.Time(t).UnixMilli())/1000, 'f', 3, 64), nil
}

// Set sets the field if a value is given.
func Set[T any](field *T, given *T) {
	if given != nil {
		*field = *given
	}
}

// Sorted returns a map's values in the order of their keys.
func Sorted[T any](m map[string]T) []T {
	all := make([]T, 0, len(m))
	for _, key := range slices.Sorted(maps.Keys(m)) {
		all = append(all, m[key])
	}
	return all
}

// Obj is a response, or part of one, by member names.
type Obj = map[string]any
