package apperr

import "testing"

// A misspelling is found; an unrelated word is not.
func TestNearest(t *testing.T) {
	known := []string{"shop", "batch", "search-prod", "search-staging"}
	for _, test := range []struct{ name, want string }{
		{"shpo", "shop"},
		{"hpos", ""},
		{"shopp", "shop"},
		{"SHOP", "shop"},
		{"bacth", "batch"},
		{"search-prd", "search-prod"},
		{"serach-staging", "search-staging"},
		{"payments", ""},
		{"so", ""},
		{"", ""},
	} {
		if got := Nearest(test.name, known); got != test.want {
			t.Errorf("Nearest(%q) = %q, want %q", test.name, got, test.want)
		}
	}
}
