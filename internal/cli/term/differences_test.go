package term

import (
	"strings"
	"testing"
)

func TestDifferences(t *testing.T) {
	for _, test := range []struct {
		name  string
		style Style
		all   []Difference
		want  string
	}{
		{"the arrows stand in one column", in(false, 80), []Difference{
			{Label: "memory size", Old: "128 MB", New: "256 MB"},
			{Label: "environment.SPOTHANDLER_COOLDOWN", Old: "(none)", New: "5m0s"},
			{Label: "environment.LOG_LEVEL", Old: "DEBUG", New: "INFO"},
		}, `
memory size                       128 MB → 256 MB
environment.SPOTHANDLER_COOLDOWN  (none) → 5m0s
environment.LOG_LEVEL             DEBUG  → INFO
`},
		{"what is too long for one line has two", in(false, 60), []Difference{
			{Label: "timeout", Old: "3s", New: "60s"},
			{Label: "role", Old: "arn:aws:iam::111122223333:role/somebody", New: "arn:aws:iam::111122223333:role/spothandler/prod-spothandler-eu-west-1"},
		}, `
timeout  3s → 60s
role     arn:aws:iam::111122223333:role/somebody
       → arn:aws:iam::111122223333:role/spothandler/prod-spothandler-eu-west-1
`},
		{"a long label has a line of its own", in(false, 80), []Difference{
			{Label: "timeout", Old: "3s", New: "60s"},
			{Label: "policy.Statement[Services].Condition.ArnEquals.ecs:cluster", Old: "(none)", New: "arn:aws:ecs:eu-west-1:111122223333:cluster/shop"},
		}, `
timeout  3s → 60s
policy.Statement[Services].Condition.ArnEquals.ecs:cluster
    (none)
  → arn:aws:ecs:eu-west-1:111122223333:cluster/shop
`},
		{"of lists, what goes and what comes", in(false, 80), []Difference{
			{Label: "timeout", Old: "3s", New: "60s"},
			{Label: "clusters", Less: []string{"old"}, More: []string{"shop", "batch"}},
		}, `
timeout   3s → 60s
clusters  - old
          + shop
          + batch
`},
		{"a terminal without UTF-8, where values are shortened", in(true, 40, "LANG=C", "NO_COLOR=1"), []Difference{
			{Label: "timeout", Old: "3s", New: "60s"},
			{Label: "description", Old: "somebody's function that does something", New: "ours"},
		}, `
timeout      3s -> 60s
description  somebody's f...es something
          -> ours
`},
		{"nothing", in(false, 80), nil, "\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := test.style.Differences("", test.all).String()
			if got != strings.TrimPrefix(test.want, "\n") {
				t.Errorf("\n%s", got)
			}
		})
	}
}
