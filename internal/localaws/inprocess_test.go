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

// failing is a function that fails every time, and says so on calls.
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
