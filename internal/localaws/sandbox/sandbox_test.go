package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Functions that run as processes are tested in localaws: TestRunner.
func TestInProcess(t *testing.T) {
	for name, test := range map[string]struct {
		handler         Handler
		context         string
		status, payload string
		broken          bool
	}{
		"succeeds":           {func(context.Context, json.RawMessage) (any, error) { return []int{1}, nil }, "", "success", `[1]`, false},
		"fails":              {func(context.Context, json.RawMessage) (any, error) { return nil, errors.New("no") }, "", "error", `{"errorMessage":"no","errorType":"errorString"}`, false},
		"returns no JSON":    {func(context.Context, json.RawMessage) (any, error) { return func() {}, nil }, "", "error", `"errorType":"UnsupportedTypeError"`, false},
		"panics":             {func(context.Context, json.RawMessage) (any, error) { panic("no") }, "", "failure", `panic: no","errorType":"Runtime.ExitError"`, true},
		"never ends":         {func(ctx context.Context, _ json.RawMessage) (any, error) { time.Sleep(time.Hour); return nil, nil }, "", "timeout", "Task timed out after 3.00 seconds", true},
		"has an odd context": {nil, "1", "failure", "Runtime.UnmarshalError", true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				box, err := InProcess(func(func(string) string, io.Writer) (Handler, error) { return test.handler, nil }).Start(nil, nil)
				if err != nil {
					t.Fatal(err)
				}
				defer box.Close()
				defer time.Sleep(time.Hour) // until the function that never ends does
				ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
				defer cancel()
				out := box.Invoke(ctx, Event{ID: "1", Timeout: 3 * time.Second, ClientContext: test.context})
				if out.Status != test.status || !strings.Contains(string(out.Payload), test.payload) || out.Broken != test.broken || out.Failed() != (test.status != "success") {
					t.Errorf("%+v %s", out, out.Payload)
				}
			})
		})
	}
}

func TestTheRuntimeAPIRefuses(t *testing.T) {
	for path, want := range map[string]struct {
		code int
		body string
	}{
		"/secret/2018-06-01/runtime/invocation/1/response": {400, "InvalidRequestID"}, // a response to no event
		"/other/2018-06-01/runtime/invocation/1/response":  {404, ""},                 // a caller that is not the function
		"/2018-06-01/runtime/invocation/1/response":        {404, ""},
	} {
		w := httptest.NewRecorder()
		newRuntimeAPI().handler("secret").ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "POST", path, nil))
		if w.Code != want.code || !strings.Contains(w.Body.String(), want.body) {
			t.Error(path, w.Code, w.Body)
		}
	}
}
