//go:build linux

package main_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// responseTimeout is how long a test waits for an immediate response, on a busy machine too.
const responseTimeout = 5 * time.Minute

// runtimeAPI is Lambda's side of a function's sandbox
// (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html).
type runtimeAPI struct {
	server  *httptest.Server
	next    chan invocation
	results chan result
	asked   chan time.Time // time of the first request for an event
}

// invocation is one event for the function.
type invocation struct {
	event         []byte
	timeout       time.Duration
	clientContext string
}

// result is the result of an invocation.
type result struct {
	failed bool
	body   []byte
}

func newRuntimeAPI(tb testing.TB) *runtimeAPI {
	tb.Helper()
	api := &runtimeAPI{next: make(chan invocation), results: make(chan result, 1), asked: make(chan time.Time, 1)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", api.serveNext)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", api.serveResult(false))
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", api.serveResult(true))
	api.server = httptest.NewServer(mux)
	tb.Cleanup(api.server.Close)
	return api
}

func (a *runtimeAPI) address() string { return strings.TrimPrefix(a.server.URL, "http://") }

func (a *runtimeAPI) serveNext(w http.ResponseWriter, r *http.Request) {
	select {
	case a.asked <- time.Now():
	default: // not the first request
	}
	select {
	case next := <-a.next:
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", requestID)
		w.Header().Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(next.timeout).UnixMilli()))
		if next.clientContext != "" {
			w.Header().Set("Lambda-Runtime-Client-Context", next.clientContext)
		}
		_, _ = w.Write(next.event)
	case <-r.Context().Done():
	}
}

func (a *runtimeAPI) serveResult(failed bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusAccepted)
		a.results <- result{failed, body}
	}
}

// invoke passes an event to the function, with a deadline of one minute.
func (f *function) invoke(event []byte) result {
	f.Helper()
	return f.invokeWith(invocation{event: event, timeout: time.Minute})
}

func (f *function) invokeWith(i invocation) result {
	f.Helper()
	timeout := time.After(responseTimeout)
	select {
	case f.api.next <- i:
	case <-timeout:
		f.Fatalf("the function asks for no event:\n%s", f.written())
	}
	select {
	case r := <-f.api.results:
		return r
	case <-timeout:
		f.Fatalf("the function does not respond:\n%s", f.written())
	}
	return result{}
}

// mustDecide invokes the function and checks the reason in its response.
func (f *function) mustDecide(want string, event []byte) map[string]any {
	f.Helper()
	response := f.response(f.invoke(event))
	if response["reason"] != want {
		f.Fatalf("got %v, want %s", response, want)
	}
	return response
}

// response decodes a successful result.
func (f *function) response(r result) map[string]any {
	f.Helper()
	var response map[string]any
	if err := json.Unmarshal(r.body, &response); err != nil || r.failed {
		f.Fatalf("got %s, failed %t", r.body, r.failed)
	}
	return response
}

// mustFail invokes the function and checks the type of the error.
func (f *function) mustFail(errorType string, i invocation) {
	f.Helper()
	r := f.invokeWith(i)
	var failure struct{ ErrorType, ErrorMessage string }
	if err := json.Unmarshal(r.body, &failure); err != nil || !r.failed || failure.ErrorType != errorType || failure.ErrorMessage == "" {
		f.Fatalf("got %s, failed %t, want an error of type %s", r.body, r.failed, errorType)
	}
}
