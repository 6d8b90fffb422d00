package show

import (
	"bytes"
	"slices"
	"testing"

	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// The most important settings come first, then those that differ from their defaults.
func TestSummary(t *testing.T) {
	spec := settings.Defaults("prod")
	spec.Redeploy, spec.RuleState, spec.Clusters = "observe", "DISABLED", []string{"shop", "batch"}
	spec.Cooldown, spec.Metrics, spec.Tags = 0, true, map[string]string{"Team": "a", "Env": "b"}
	want := []string{
		"cluster shop, batch", "redeploy observe", "arm64", "128 MB", "60s", "logs 14 days",
		"tag Env=b, Team=a", "cooldown 0s", "rule state DISABLED", "metrics on",
	}
	if got := Settings(spec); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if got := Settings(settings.Defaults("")); !slices.Equal(got, []string{"every cluster", "redeploy once", "arm64", "128 MB", "60s", "logs 14 days"}) {
		t.Errorf("%q", got)
	}
}

// A policy statement is added or removed as a whole, a list by its elements.
func TestFieldsOfDocuments(t *testing.T) {
	const cluster = "arn:aws:ecs:eu-west-1:111122223333:cluster/"
	var shown bytes.Buffer
	Fields(term.NewPrinter(&shown, term.Style{Width: 80}), []resource.Field{
		{Path: "record.memory", Old: "128", New: "256"},
		{Path: "record.spothandler", Old: "1.0.0", New: "1.1.0"},
		{Path: "policy.Version", Old: "", New: "2012-10-17"},
		{Path: "policy.Statement[Services].Action", Old: "ecs:DescribeServices", New: "[ecs:DescribeServices, ecs:UpdateService]"},
		{Path: "policy.Statement[Logs].Action", Old: "", New: "[logs:CreateLogStream, logs:PutLogEvents]"},
		{Path: "policy.Statement[Logs].Effect", Old: "", New: "Allow"},
		{Path: "policy.Statement[Logs].Resource", Old: "", New: "arn:aws:logs:eu-west-1:111122223333:log-group:x:*"},
		{Path: "policy.Statement[Services].Condition.ArnEquals.ecs:cluster", Old: cluster + "a", New: "[" + cluster + "a, " + cluster + "b]"},
		{Path: "policy.Statement[3].Effect", Old: "Deny", New: ""},
		{Path: "policy.Statement[3].Action", Old: "*", New: ""},
		{Path: "policy.Statement[3].Condition.StringEquals.aws:x", Old: "y", New: ""},
		{Path: "trust_policy.Statement.Principal.Service", Old: "ec2.amazonaws.com", New: "lambda.amazonaws.com"},
		{Path: "detail.clusterArn", Old: "[" + cluster + "old, " + cluster + "shop]", New: "[" + cluster + "new, " + cluster + "shop]"},
		{Path: "detail.lastStatus[0].anything-but", New: "[DEPROVISIONING, STOPPED]"},
		{Path: "detail.lastStatus[1].exists", New: "false"},
		{Path: "detail.stopCode", Old: "SpotInterruption", New: "[SpotInterruption, TerminationNotice]"},
	})
	const want = `      record of the settings: memory 128 → 256, version 1.0.0 → 1.1.0
      policy Services Action          + ecs:UpdateService
      policy Services ecs:cluster     + arn:aws:ecs:eu-west-1:111122223333:cluster/b
      policy Logs                     + logs:CreateLogStream, logs:PutLogEvents
                                      + on arn:aws:logs:eu-west-1:111122223333:log-group:x:*
      policy 3                        - deny *
                                      - if StringEquals aws:x y
      trust policy Principal.Service  ec2.amazonaws.com → lambda.amazonaws.com
      detail.clusterArn               - arn:aws:ecs:eu-west-1:111122223333:cluster/old
                                      + arn:aws:ecs:eu-west-1:111122223333:cluster/new
      detail.lastStatus               + anything-but [DEPROVISIONING, STOPPED]
                                      + exists false
      detail.stopCode                 + TerminationNotice
`
	if shown.String() != want {
		t.Errorf("\n%s", shown.String())
	}
}

func TestValueWords(t *testing.T) {
	for _, test := range []struct{ path, value, want string }{
		{"memory_size", "128", "128 MB"},
		{"timeout", "60", "60s"},
		{"async.max_event_age", "120", "120s"},
		{"retention_days", "14", "14 days"},
		{"retention_days", "0", "never expire"},
		{"retention_days", "1", "1 day"},
		{"reserved_concurrency", "-1", "unreserved"},
		{"reserved_concurrency", "0", "0"},
		{"code", "yuq1ZrlpyIwUWMCPj0lZmoN4jD914YXtpmfjuM33KfM=", "yuq1Zrlp"},
		{"code", "short", "short"},
		{"tags.Team", "", "(none)"},
	} {
		if got := valueWords(test.path, test.value); got != test.want {
			t.Errorf("%s %q is shown as %q", test.path, test.value, got)
		}
	}
	for path, want := range map[string]string{"memory_size": "memory size", "tags.My_Team": "tags.My_Team", "environment.LOG_LEVEL": "environment.LOG_LEVEL"} {
		if got := resource.Label(path); got != want {
			t.Errorf("%s is labelled %q", path, got)
		}
	}
}
