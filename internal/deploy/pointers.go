package deploy

import "slices"

// value returns what a pointer of the SDK points to, or the zero value.
func value[T any](p *T) T {
	if p == nil {
		return *new(T)
	}
	return *p
}

func valueOr[T any](p *T, absent T) T {
	if p == nil {
		return absent
	}
	return *p
}

// stringOrNil returns nil for an empty string.
func stringOrNil(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// int32Ptr returns a number as the SDK takes it; all of ours are far below its limit.
func int32Ptr(n int) *int32 {
	narrow := int32(n) //nolint:gosec // the settings limit its range
	return &narrow
}

func without(list []string, words ...string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(each string) bool { return slices.Contains(words, each) })
}

func nonNilMap(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}
