// Package rule holds the rule that the installer makes against the event
// corpus of the handler: the two must agree on what reaches the function.
package rule_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/localaws"
	"github.com/spothandler/spothandler/internal/session"
)

// corpusEvent is an event of the corpus and the decision beside it.
type corpusEvent struct {
	name   string
	event  []byte
	action handler.Action
	reason handler.Reason
}

// installation is the account and Region where the event's own would be
// installed: one in each partition.
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

// pattern returns the rule's pattern of an installation in this mode.
func pattern(t *testing.T, identity session.Identity, mode handler.Mode) string {
	t.Helper()
	spec := settings.Defaults("")
	spec.Redeploy = mode
	state, err := deploy.Desired(deploy.NewNames(identity, "", spec.FunctionName, spec.RuleName), spec, deploy.Release{Version: "1.0.0"})
	if err != nil {
		t.Fatal(err)
	}
	return state.Triggers[0].Rule.Pattern
}

// matches asks the local AWS whether a pattern lets an event through. As in AWS
// it refuses what no event bus could carry: isEvent is false.
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

// What calls for a redeployment reaches the function, a rehearsal too. What does
// not reach it would have been skipped.
func TestRuleLetsThroughWhatCounts(t *testing.T) {
	for _, e := range corpus(t) {
		got, isEvent := matches(t, pattern(t, e.installation(), handler.ModeOnce), e.event)
		if e.action == handler.ActionRedeploy && isEvent && !got {
			t.Errorf("%s is to be redeployed and does not reach the function", e.name)
		}
		if got && slices.Contains(leftOut(), e.reason) && !strings.HasSuffix(e.name, "-alone") {
			t.Errorf("%s is %s and reaches the function", e.name, e.reason)
		}
	}
}

// leftOut are the reasons for which the rule already does not match. What is in
// one field alone is left to the gate: the source of a rehearsal without its
// detail type, or another account in the cluster's ARN and not in the envelope.
func leftOut() []handler.Reason {
	return []handler.Reason{
		handler.ReasonNotAnInterruption, handler.ReasonOtherAccount, handler.ReasonOtherRegion, handler.ReasonReplayed, handler.ReasonTooLate,
	}
}

// In mode always the rule lets the late events through too, and still none of
// another account or Region, and no replay.
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
