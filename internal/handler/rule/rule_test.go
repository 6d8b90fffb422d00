// Package rule tests the rule that the installer creates against the event
// corpus of the handler: both must agree on which events reach the function.
package rule_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/localaws"
	"github.com/spothandler/spothandler/internal/session"
)

// corpusEvent is an event of the corpus with its expected decision.
type corpusEvent struct {
	name   string
	event  []byte
	action handler.Action
	reason handler.Reason
}

// installation returns the account and Region that an installation for the
// event would have: one in each partition.
func (e *corpusEvent) installation() session.Identity {
	region := "eu-west-1"
	for _, other := range []string{"cn-north-1", "us-gov-west-1"} {
		if strings.Contains(string(e.event), `"`+other+`"`) {
			region = other
		}
	}
	return session.Identity{Partition: "aws", Account: "111122223333", Region: region}
}

func corpus(t *testing.T) (events []corpusEvent) {
	t.Helper()
	files, err := filepath.Glob("../testdata/events/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(file, ".json")
		action, reason, _ := strings.Cut(strings.TrimSpace(string(read(t, name+".want"))), " ")
		events = append(events, corpusEvent{filepath.Base(name), read(t, file), handler.Action(action), handler.Reason(reason)})
	}
	return events
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// pattern returns the event pattern of an installation in this mode.
func pattern(t *testing.T, identity session.Identity, mode handler.Mode) string {
	t.Helper()
	spec := settings.Defaults("")
	spec.Redeploy = mode
	state, err := resource.Desired(resource.NewNames(identity, "", spec.FunctionName, spec.RuleName), spec, resource.Release{Version: "1.0.0"})
	if err != nil {
		t.Fatal(err)
	}
	return state.Triggers[0].Rule.Pattern
}

// matches reports whether the local AWS matches the event against a pattern.
// Like AWS it rejects what no event bus could carry: isEvent is false.
func matches(t *testing.T, pattern string, event []byte) (through, isEvent bool) {
	t.Helper()
	server := localaws.New(localaws.Options{})
	defer server.Close()
	out, err := eventbridge.NewFromConfig(server.Config()).TestEventPattern(t.Context(), &eventbridge.TestEventPatternInput{
		EventPattern: aws.String(pattern), Event: aws.String(string(event)),
	})
	if err != nil {
		return false, false
	}
	return out.Result, true
}

// Events that call for a redeployment, and simulated ones, reach the function.
// Those that do not would have been skipped.
func TestRuleMatchesInterruptionsOnly(t *testing.T) {
	for _, e := range corpus(t) {
		got, isEvent := matches(t, pattern(t, e.installation(), handler.ModeOnce), e.event)
		if e.action == handler.ActionRedeploy && isEvent && !got {
			t.Errorf("%s calls for a redeployment but does not reach the function", e.name)
		}
		if got && slices.Contains(leftOut(), e.reason) && !strings.HasSuffix(e.name, "-alone") {
			t.Errorf("%s is %s and reaches the function", e.name, e.reason)
		}
	}
}

// leftOut returns the reasons for which the rule does not match. A condition on
// a single field is left to the gate: the source of a simulated event without
// its detail type, or another account in the cluster's ARN but not in the
// envelope.
func leftOut() []handler.Reason {
	return []handler.Reason{
		handler.ReasonNotAnInterruption, handler.ReasonOtherAccount, handler.ReasonOtherRegion, handler.ReasonReplayed, handler.ReasonTooLate,
	}
}

// In mode always the rule matches late events too, but none of another account
// or Region, and no replay.
func TestRuleOfAlways(t *testing.T) {
	for _, e := range corpus(t) {
		got, isEvent := matches(t, pattern(t, e.installation(), handler.ModeAlways), e.event)
		wanted := e.reason == handler.ReasonTooLate || e.action == handler.ActionRedeploy
		if wanted && isEvent && !got {
			t.Errorf("%s does not reach the function", e.name)
		}
		if got && e.reason != handler.ReasonTooLate && slices.Contains(leftOut(), e.reason) && !strings.HasSuffix(e.name, "-alone") {
			t.Errorf("%s is %s and reaches the function", e.name, e.reason)
		}
	}
}
