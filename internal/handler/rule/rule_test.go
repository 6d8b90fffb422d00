// Package rule holds the rule that the installer makes against the event
// corpus of the handler: the two must agree on what reaches the function.
package rule_test

import (
	"os"
	"path/filepath"
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

// pattern is the rule's pattern of an installation in this mode.
func pattern(t *testing.T, mode handler.Mode) string {
	t.Helper()
	spec := settings.Defaults("")
	spec.Redeploy = mode
	identity := session.Identity{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}
	state, err := deploy.Desired(deploy.NewNames(identity, "", spec.FunctionName, spec.RuleName), spec, deploy.Release{Version: "1.0.0"})
	if err != nil {
		t.Fatal(err)
	}
	return state.Rule.Pattern
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

// What calls for a redeployment reaches the function. What does not reach it
// would have been skipped.
func TestRuleLetsThroughWhatCounts(t *testing.T) {
	for _, e := range corpus(t) {
		got, isEvent := matches(t, pattern(t, handler.ModeOnce), e.event)
		switch {
		case e.action == handler.ActionRedeploy && isEvent && !got:
			t.Errorf("%s is to be redeployed and does not reach the function", e.name)
		case e.reason == handler.ReasonTooLate && got:
			t.Errorf("%s is too late and reaches the function", e.name)
		case e.reason == handler.ReasonNotAnInterruption && got:
			t.Errorf("%s is no interruption and reaches the function", e.name)
		}
	}
}

// In mode always the rule lets the late events through too.
func TestRuleOfAlways(t *testing.T) {
	for _, e := range corpus(t) {
		wanted := e.reason == handler.ReasonTooLate || e.action == handler.ActionRedeploy
		if got, isEvent := matches(t, pattern(t, handler.ModeAlways), e.event); wanted && isEvent && !got {
			t.Errorf("%s does not reach the function", e.name)
		}
	}
}
