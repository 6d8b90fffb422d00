package localaws

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// failing is a function that always fails and sends its events to calls.
func failing(calls chan<- json.RawMessage) InProcess {
	return func(func(string) string, io.Writer) (Handler, error) {
		return func(_ context.Context, event json.RawMessage) (any, error) {
			calls <- event
			return nil, errors.New("asked to")
		}, nil
	}
}

func TestAnEventTooOldIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := make(chan json.RawMessage, 10)
		_, c := start(t, Options{InProcess: failing(calls), Delays: &Delays{AsyncRetry: time.Minute}})
		install(t, c, zipOf(t, nil), nil)
		if _, err := c.lambda.PutFunctionEventInvokeConfig(t.Context(), &lambda.PutFunctionEventInvokeConfigInput{
			FunctionName: aws.String("f"), MaximumRetryAttempts: aws.Int32(2), MaximumEventAgeInSeconds: aws.Int32(120),
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := c.lambda.Invoke(t.Context(), &lambda.InvokeInput{
			FunctionName: aws.String("f"), InvocationType: types.InvocationTypeEvent,
		}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if n := len(calls); n != 2 { // at 0 and 1 minute; at 3 minutes it is too old
			t.Errorf("%d invocations", n)
		}
	})
}

func TestConcurrencyIsLimited(t *testing.T) {
	tests := []struct {
		name     string
		account  int
		reserved *int32
		at       int // with this many executions running
	}{
		{"by the account", 3, nil, 3},
		{"by the function's own", 1000, aws.Int32(2), 2},
		{"to none", 1000, aws.Int32(0), 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			hold, begun := make(chan bool), make(chan bool)
			_, c := start(t, Options{Concurrency: tt.account, InProcess: holding(begun, hold)})
			defer close(hold)
			install(t, c, zipOf(t, nil), nil)
			if tt.reserved != nil {
				if _, err := c.lambda.PutFunctionConcurrency(t.Context(), &lambda.PutFunctionConcurrencyInput{
					FunctionName: aws.String("f"), ReservedConcurrentExecutions: tt.reserved,
				}); err != nil {
					t.Fatal(err)
				}
			}
			for range tt.at {
				go func() { _, _ = c.lambda.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("f")}) }()
				<-begun
			}
			if _, err := c.lambda.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: aws.String("f")}); codeOf(err) != "TooManyRequestsException" {
				t.Error(err)
			}
		})
	}
}

// holding is a function that reports when it has begun, and ends when hold is closed.
func holding(begun chan<- bool, hold <-chan bool) InProcess {
	return func(func(string) string, io.Writer) (Handler, error) {
		return func(context.Context, json.RawMessage) (any, error) {
			begun <- true
			<-hold
			return nil, nil
		}, nil
	}
}
