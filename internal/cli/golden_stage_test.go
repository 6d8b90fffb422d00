package cli

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/spothandler/spothandler/internal/localaws"
)

// The causes of failures.

const aTrust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

// clients change resources out of band.
type clients struct {
	iam    *iam.Client
	logs   *cloudwatchlogs.Client
	lambda *lambda.Client
	events *eventbridge.Client
}

func withClients(do func(context.Context, clients) error) func(*testing.T, *stage) {
	return func(t *testing.T, s *stage) {
		t.Helper()
		cfg := s.Config()
		err := do(t.Context(), clients{iam.NewFromConfig(cfg), cloudwatchlogs.NewFromConfig(cfg), lambda.NewFromConfig(cfg), eventbridge.NewFromConfig(cfg)})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// did returns the error of a call, and ignores its result.
func did[T any](_ T, err error) error { return err }

func firstOf(all ...error) error { return errors.Join(all...) }

func putTheRule(t *testing.T, s *stage) {
	t.Helper()
	withClients(func(ctx context.Context, c clients) error {
		return did(c.events.PutRule(ctx, &eventbridge.PutRuleInput{Name: aws.String(theRule), EventPattern: aws.String(`{"source":["aws.ecs"]}`)}))
	})(t, s)
}

func refused(action string, refusal localaws.Error) func(*testing.T, *stage) {
	return func(_ *testing.T, s *stage) { s.Inject(localaws.Fault{Action: action, Refuse: &refusal}) }
}

func denied(action string) func(*testing.T, *stage) {
	return func(_ *testing.T, s *stage) { s.Inject(localaws.Fault{Action: action, Deny: true}) }
}

func throttled(action string) func(*testing.T, *stage) {
	return func(_ *testing.T, s *stage) { s.Inject(localaws.Fault{Action: action, Throttle: true}) }
}

// admin runs a command as an administrator.
func admin(line string) func(*testing.T, *stage) {
	return after(line, func(*testing.T, *stage) {})
}

// after runs a command as an administrator, and then rest.
func after(line string, rest func(*testing.T, *stage)) func(*testing.T, *stage) {
	return func(t *testing.T, s *stage) {
		t.Helper()
		t.Setenv("AWS_ACCESS_KEY_ID", "AKIAADMIN")
		must(t, line)
		t.Setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
		rest(t, s)
	}
}

// interruptAt interrupts the command during its first call of an action, which never completes.
func (s *stage) interruptAt(action string) { s.interruptAtNth(action, 1) }

// interruptAtNth interrupts the command during its n-th call of an action.
func (s *stage) interruptAtNth(action string, n int) {
	var seen atomic.Int64
	s.Inject(localaws.Fault{Action: action, Delay: time.Hour, Match: func(localaws.Call) bool {
		if seen.Add(1) < int64(n) {
			return false
		}
		s.cancel()
		return true
	}})
}
