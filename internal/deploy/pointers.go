package deploy

import "slices"

// value is what a pointer of the SDK points to, or the zero value.
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

// stringOrNil leaves out what is empty.
func stringOrNil(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// int32Ptr is a number as the SDK takes it; all of ours are far below its limit.
func int32Ptr(n int) *int32 {
	narrow := int32(n) //nolint:gosec // Settings keep it in range
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
