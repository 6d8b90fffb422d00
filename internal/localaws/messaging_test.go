package localaws

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// onSQS makes a call to SQS, and returns the response's members or the error code.
func onSQS(t *testing.T, s *Server, action, body string) (members api.Obj, code string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://local/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", signedWith("any"))
	r.Header.Set("X-Amz-Target", "AmazonSQS."+action)
	response, err := s.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(response.Body).Decode(&members); err != nil {
		t.Fatal(err)
	}
	code, _ = members["__type"].(string)
	return members, code
}

// When the retries of a failing event are used up, its record is sent to the configured queue. A received
// message is hidden until it is deleted or its visibility timeout ends.
func TestFailuresGoToTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c := start(t, Options{InProcess: failing(make(chan json.RawMessage, 10)), Delays: &Delays{AsyncRetry: time.Minute}})
		install(t, c, zipOf(t, nil), nil)
		grant(t, c, "r", allowAll)
		made, code := onSQS(t, s, "CreateQueue", `{"QueueName":"failed"}`)
		if code != "" || made["QueueUrl"] != "http://local/111122223333/failed" {
			t.Fatal(made)
		}
		if _, err := c.lambda.PutFunctionEventInvokeConfig(t.Context(), &lambda.PutFunctionEventInvokeConfigInput{
			FunctionName: aws.String("f"), MaximumRetryAttempts: aws.Int32(1),
			DestinationConfig: &types.DestinationConfig{OnFailure: &types.OnFailure{Destination: aws.String("arn:aws:sqs:us-east-1:111122223333:failed")}},
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := c.lambda.Invoke(t.Context(), &lambda.InvokeInput{
			FunctionName: aws.String("f"), InvocationType: types.InvocationTypeEvent, Payload: []byte(`{"n":1}`),
		}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		receive := func() []any {
			response, _ := onSQS(t, s, "ReceiveMessage", `{"QueueUrl":"http://local/111122223333/failed"}`)
			messages, _ := response["Messages"].([]any)
			return messages
		}
		got := receive()
		if len(got) != 1 {
			t.Fatal(got)
		}
		var record struct {
			RequestContext struct {
				Condition              string
				ApproximateInvokeCount int
			}
			RequestPayload  json.RawMessage
			ResponsePayload struct{ ErrorMessage string }
		}
		body, _ := got[0].(api.Obj)["Body"].(string)
		if err := json.Unmarshal([]byte(body), &record); err != nil {
			t.Fatal(err)
		}
		if facts := text(record.RequestContext.Condition, record.RequestContext.ApproximateInvokeCount, string(record.RequestPayload), record.ResponsePayload.ErrorMessage); facts != `RetriesExhausted 2 {"n":1} asked to` {
			t.Error(facts)
		}
		if again := receive(); len(again) != 0 {
			t.Error("it is not hidden:", again)
		}
		time.Sleep(30 * time.Second) // the visibility timeout
		seen, _ := receive()[0].(api.Obj)["ReceiptHandle"].(string)
		if _, code := onSQS(t, s, "DeleteMessage", `{"QueueUrl":"http://local/111122223333/failed","ReceiptHandle":"`+seen+`"}`); code != "" {
			t.Error(code)
		}
		time.Sleep(30 * time.Second) // the visibility timeout
		if again := receive(); len(again) != 0 {
			t.Error("it is not deleted:", again)
		}
		if _, code := onSQS(t, s, "ReceiveMessage", `{"QueueUrl":"http://local/111122223333/none"}`); code != "AWS.SimpleQueueService.NonExistentQueue" {
			t.Error(code)
		}
	})
}
