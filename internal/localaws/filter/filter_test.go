package filter_test

import (
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/localaws/filter"
)

func TestFilter(t *testing.T) {
	const (
		plain = "plain ERROR of two words"
		redo  = `{"reason":"redeploy","ms":1200000,"in":{"region":"eu"}}`
		late  = `{"reason":"too_late","ms":9}`
	)
	for pattern, want := range map[string][]string{
		"":                                     {plain, redo, late},
		"ERROR":                                {plain},
		`"two words" ERROR`:                    {plain},
		"-ERROR":                               {redo, late},
		"?ERROR ?too_late":                     {plain, late},
		`{ $.reason = "redeploy" }`:            {redo},
		`{ $.reason = "re*" }`:                 {redo},
		`{ $.reason != "redeploy" }`:           {late},
		`{ $.ms = 1200000 }`:                   {redo},
		`{ $.ms > 9 }`:                         {redo},
		`{ $.ms >= 9 && $.ms <= 9 }`:           {late},
		`{ ($.ms < 9) || ($.in.region = eu) }`: {redo},
		`{ $.reason.deeper = "x" }`:            nil,
	} {
		matches, err := filter.Parse(pattern)
		if err != nil {
			t.Errorf("%s: %v", pattern, err)
			continue
		}
		var got []string
		for _, message := range []string{plain, redo, late} {
			if matches(message) {
				got = append(got, message)
			}
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s lets through %q, want %q", pattern, got, want)
		}
	}
	if _, err := filter.Parse("{ nonsense"); err == nil {
		t.Error("nonsense is accepted")
	}
}
