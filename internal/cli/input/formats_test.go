package input

import (
	"testing"
)

func TestRequestsJSON(t *testing.T) {
	for _, test := range []struct {
		args     []string
		variable string
		want     bool
	}{
		{[]string{"install", "--wrong", "-o", "json"}, "", true},
		{[]string{"install", "-ojson"}, "", true},
		{[]string{"install", "--output=JSON"}, "", true},
		{[]string{"install", "-o=json", "--x"}, "", true},
		{[]string{"install", "-o", "text"}, "json", false},
		{[]string{"install", "--prefix", "json"}, "", false},
		{[]string{"install"}, "Json", true},
	} {
		if got := RequestsJSON(test.args, test.variable); got != test.want {
			t.Errorf("%v with %q: %v", test.args, test.variable, got)
		}
	}
}
