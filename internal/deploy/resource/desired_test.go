package resource

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/apperr"

	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// desiredFor returns the state for these settings in an empty account with prefix prod.
func desiredFor(t *testing.T, asked settings.Given) State {
	t.Helper()
	const prefix = "prod"
	spec := settings.Defaults(prefix)
	if err := asked.Apply(&spec); err != nil {
		t.Fatal(err)
	}
	want, err := Desired(NewNames(deploytest.Identity(), prefix, spec.FunctionName, spec.RuleName), spec, Release{Version: "1.0.0", CodeSHA256: "c29tZSBoYXNo"})
	if err != nil {
		t.Fatal(err)
	}
	return want
}

// allFields returns the comparable fields of every resource.
func allFields(s State) map[Kind][]pair {
	all := map[Kind][]pair{}
	for _, each := range s.resources() {
		all[each.ID().Kind] = append(all[each.ID().Kind], each.fields()...)
	}
	return all
}

// The complete state of a default installation.
func TestDesired(t *testing.T) {
	want := desiredFor(t, given("tag", "Team=web"))
	for kind, lines := range map[Kind][]string{
		KindLogGroup: {"retention_days=14", "kms_key=", "tags.Team=web", "tags.managed-by=spothandler", "tags.spothandler:prefix=prod"},
		KindFunction: {
			"state=", "code=c29tZSBoYXNo", "architecture=arm64", "runtime=provided.al2023", "handler=bootstrap",
			"description=Redeploys ECS services when Fargate Spot interrupts their tasks",
			"role=arn:aws:iam::111122223333:role/spothandler/prod-spothandler-us-east-1",
			"memory_size=128", "timeout=60", "reserved_concurrency=-1",
			"environment.LOG_LEVEL=INFO", "environment.SPOTHANDLER_ACCOUNT=111122223333", "environment.SPOTHANDLER_COOLDOWN=5m0s", "environment.SPOTHANDLER_REDEPLOY=once",
			"logging.format=JSON", "logging.application_level=TRACE", "logging.system_level=INFO",
			"logging.group=/aws/lambda/prod-ecs-fargate-spot-handler",
			"async.max_event_age=120", "async.max_retries=1", "async.on_failure=", "async.on_success=",
			"vpc_subnets=", "vpc_security_groups=", "kms_key=", "tracing=PassThrough",
			"ephemeral_storage=512", "layers=", "dead_letter_queue=", "file_systems=", "snap_start=None",
			"tags.Team=web", "tags.managed-by=spothandler", "tags.spothandler:prefix=prod", "tags.spothandler:version=1.0.0",
		},
		KindPermission: {
			"principal=events.amazonaws.com", "action=lambda:InvokeFunction",
			"source_arn=arn:aws:events:us-east-1:111122223333:rule/prod-ecs-spot-interruption", "other=",
		},
		KindTarget: {
			"function=arn:aws:lambda:us-east-1:111122223333:function:prod-ecs-fargate-spot-handler",
			"max_event_age=120", "max_retries=185", "other=",
		},
	} {
		var got []string
		for _, field := range allFields(want)[kind] {
			got = append(got, field.path+"="+field.value)
		}
		deploytest.SameLines(t, got, lines...)
	}
}

// A value at AWS's limit is accepted, and one character more is rejected.
func TestLimitsAreExact(t *testing.T) {
	names, spec := NewNames(deploytest.Identity(), "", "fn", "rule"), settings.Defaults("")
	for name, test := range map[string]struct {
		limit int
		text  func(pad string) (string, error)
	}{
		"record": {1000, func(pad string) (string, error) {
			spec.Clusters = []string{pad}
			return settings.NewRecord(spec, Release{Version: "1.0.0", CodeSHA256: "c29tZSBoYXNo"}.Version, Release{Version: "1.0.0", CodeSHA256: "c29tZSBoYXNo"}.CodeSHA256).Encode()
		}},
		"role policy": {10240, func(pad string) (string, error) {
			spec.Clusters = []string{pad}
			return rolePolicy(names, spec)
		}},
		"pattern": {4096, func(pad string) (string, error) {
			spec.Clusters = []string{pad}
			return eventPattern(deploytest.Identity(), spec)
		}},
	} {
		shortest, err := test.text("x")
		if err != nil {
			t.Fatal(err)
		}
		room := test.limit - len(shortest) + 1
		if text, err := test.text(strings.Repeat("x", room)); err != nil || len(text) != test.limit {
			t.Errorf("%s of %d characters: %v", name, len(text), err)
		}
		if _, err := test.text(strings.Repeat("x", room+1)); err == nil {
			t.Errorf("%s: one character more is accepted", name)
		}
	}
}

// Settings that exceed AWS's limits are rejected before any call.
func TestDesiredRejects(t *testing.T) {
	clusters := func(count, length int) []string {
		var names []string
		for i := range count {
			names = append(names, fmt.Sprintf("%0*d", length, i))
		}
		return names
	}
	for _, test := range []struct {
		name     string
		clusters []string
		message  string
	}{
		{"record", clusters(4, 200), "the record in the role's description holds 1000"},
		{"policy", clusters(60, 200), "the role's policy for 60 clusters has"},
		{"pattern", clusters(80, 10), "the rule's pattern for 80 clusters has"},
	} {
		t.Run(test.name, func(t *testing.T) {
			spec := settings.Defaults("")
			spec.Clusters = test.clusters
			names := NewNames(deploytest.Identity(), "", spec.FunctionName, spec.RuleName)
			_, err := Desired(names, spec, Release{Version: "1.0.0"})
			if test.name == "policy" {
				_, err = rolePolicy(names, spec)
			}
			if test.name == "pattern" {
				_, err = eventPattern(names.Identity, spec)
			}
			var refusal *apperr.Error
			if !errors.As(err, &refusal) || !strings.Contains(refusal.Message, test.message) || !strings.Contains(refusal.Hints[0], "--cluster all") {
				t.Errorf("%v", err)
			}
		})
	}
}
