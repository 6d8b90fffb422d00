package term

import "testing"

// On a terminal a text is broken between words, with an indent; in a log it remains one line.
func TestLines(t *testing.T) {
	narrow, log := Style{TTY: true, Width: 24}, Style{Width: 24}
	const text = "Nothing was changed in the account."
	for _, test := range []struct{ name, got, want string }{
		{"a short line", narrow.Line("", "Nothing was changed.", narrow.Dim).String(), "Nothing was changed.\n"},
		{"a line", narrow.Line("  ", text, narrow.Dim).String(), "  Nothing was changed\n    in the account.\n"},
		{"a line in a log", log.Line("  ", text, log.Dim).String(), "  Nothing was changed in the account.\n"},
		{"beside", narrow.Beside(narrow.Bold("name "), 5, text, narrow.Dim).String(), "name Nothing was changed\n     in the account.\n"},
		{"beside in a log", log.Beside(log.Bold("name "), 5, text, log.Dim).String(), "name Nothing was changed in the account.\n"},
		{"a sentence", narrow.Sentence(Quiet, text).String(), "· Nothing was changed in\n  the account.\n"},
		{"a headline", narrow.Headline(OK, "prod is healthy", "eu-west-1").String(), "✓ prod is healthy\n  eu-west-1\n"},
		{"a headline in two lines", narrow.Headline(OK, "prod is switched off: its rule is DISABLED", "us").String(), "✓ prod is switched off:\n  its rule is DISABLED\n  us\n"},
		{"a headline in a log", log.Headline(OK, "prod is healthy", "eu-west-1").String(), "✓ prod is healthy · eu-west-1\n"},
		{"a row", narrow.Cells(OK, "prod", "eu-west-1", "healthy ", "24 h: none  ").String(), "  ✓ prod  eu-west-1\n          healthy\n          24 h: none\n"},
		{"a row in a log", log.Cells(OK, "prod", "eu-west-1", "healthy ", "24 h: none  ").String(), "  ✓ prod  eu-west-1  healthy   24 h: none\n"},
		{"columns", narrow.Columns("  ", [][]string{{"prod", "prefix prod", "eu"}, {"dev", "no prefix", "us"}}).String(), "  prod  prefix prod  eu\n  dev   no prefix    us\n"},
		{"narrow columns", narrow.Columns("  ", [][]string{{"prod", "prefix prod", "eu-west-1"}, {"dev", "no prefix", "us"}}).String(), "  prod  prefix prod\n      eu-west-1\n  dev   no prefix\n      us\n"},
	} {
		if test.got != test.want {
			t.Errorf("%s:\n%s", test.name, test.got)
		}
	}
}
