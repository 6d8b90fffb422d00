package resource

import (
	"testing"
)

// New tags coexist with the old ones, if there is room for both.
func TestTagsFit(t *testing.T) {
	full := map[string]string{}
	for i := range maxTagsOfAWS - 1 {
		full["key"+decimal(i)] = "1"
	}
	for _, test := range []struct {
		name   string
		remove []string
		add    map[string]string
		want   bool
	}{
		{"the fiftieth", nil, map[string]string{"new": "1"}, true},
		{"one too many", nil, map[string]string{"new": "1", "newer": "1"}, false},
		{"another value", nil, map[string]string{"key1": "2", "new": "1"}, true},
		{"a key that is removed, in other letters", []string{"key1"}, map[string]string{"Key1": "1"}, false},
	} {
		if got := fits(full, test.remove, test.add); got != test.want {
			t.Errorf("%s: %t", test.name, got)
		}
	}
}

// A resource is ours if it has both tags, the second with exactly the prefix.
func TestOurs(t *testing.T) {
	for _, test := range []struct {
		tags   map[string]string
		prefix string
		want   bool
	}{
		{map[string]string{TagManagedBy: "spothandler", TagPrefix: "prod"}, "prod", true},
		{map[string]string{TagManagedBy: "spothandler", TagPrefix: ""}, "", true},
		{map[string]string{TagManagedBy: "spothandler", TagPrefix: "prod"}, "", false},
		{map[string]string{TagManagedBy: "spothandler", TagPrefix: "prod"}, "Prod", false},
		{map[string]string{TagManagedBy: "spothandler"}, "", false},
		{map[string]string{TagManagedBy: "terraform", TagPrefix: ""}, "", false},
		{nil, "", false},
	} {
		if got := HasOwnTags(test.tags, test.prefix); got != test.want {
			t.Errorf("%v with the prefix %q: %t", test.tags, test.prefix, got)
		}
	}
}
