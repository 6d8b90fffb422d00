package term

import "testing"

// A bar is exact to an eighth of a column, never wider than its maximum, and not empty for a positive count.
func TestBar(t *testing.T) {
	for _, test := range []struct {
		count, most int
		want, ascii string
	}{
		{0, 10, "", ""},
		{10, 10, "██████████", "##########"},
		{5, 10, "█████", "#####"},
		{1, 80, "▏", "#"},
		{29, 80, "███▋", "###"},
		{1, 100000, "▏", "#"},
	} {
		if got := (Style{}).Bar(test.count, test.most, 10); got != test.want {
			t.Errorf("%d of %d is %q", test.count, test.most, got)
		}
		if got := (Style{ASCII: true}).Bar(test.count, test.most, 10); got != test.ascii {
			t.Errorf("%d of %d is %q", test.count, test.most, got)
		}
	}
}

func TestShade(t *testing.T) {
	for count, want := range map[int]string{0: "··", 1: "░░", 2: "▒▒", 3: "▒▒", 4: "▓▓", 6: "▓▓", 7: "██", 1000: "██"} {
		if got := (Style{}).Shade(count); got != want {
			t.Errorf("%d is %s", count, got)
		}
	}
}
