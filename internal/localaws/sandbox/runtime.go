package sandbox

import (
	"io"
	"net/http"
	"strconv"
	"sync"
)

// runtimeAPI is the Lambda Runtime API of one sandbox: the function requests the next event and posts its
// response.
type runtimeAPI struct {
	idle chan struct{} // the function requests an event
	next chan Event    // the event that it receives
	done chan Outcome  // its response

	mu      sync.Mutex
	current string // ID of the current event
}

func newRuntimeAPI() *runtimeAPI {
	return &runtimeAPI{idle: make(chan struct{}, 1), next: make(chan Event, 1), done: make(chan Outcome, 1)}
}

// handler serves the API below a secret path, so that no other user of this machine can receive the
// function's events or respond to them.
func (a *runtimeAPI) handler(secret string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", a.serveNext)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", a.take("success"))
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", a.take("error"))
	return http.StripPrefix("/"+secret, mux)
}

func (a *runtimeAPI) serveNext(w http.ResponseWriter, r *http.Request) {
	select {
	case a.idle <- struct{}{}:
	default:
	}
	select {
	case e := <-a.next:
		a.mu.Lock()
		a.current = e.ID
		a.mu.Unlock()
		h := w.Header()
		h.Set("Lambda-Runtime-Aws-Request-Id", e.ID)
		h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(e.Deadline.UnixMilli(), 10))
		h.Set("Lambda-Runtime-Invoked-Function-Arn", e.FunctionARN)
		if e.ClientContext != "" {
			h.Set("Lambda-Runtime-Client-Context", e.ClientContext)
		}
		h.Set("Content-Type", "application/json")
		_, _ = w.Write(e.Payload)
	case <-r.Context().Done():
	}
}

// take receives the response to the current event with this status; a response to any other event is
// rejected.
func (a *runtimeAPI) take(status string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		a.mu.Lock()
		defer a.mu.Unlock()
		if err != nil || a.current == "" || a.current != r.PathValue("id") {
			http.Error(w, `{"errorType":"InvalidRequestID","errorMessage":"Invalid request ID"}`, http.StatusBadRequest)
			return
		}
		a.current = ""
		a.done <- Outcome{Payload: body, Status: status}
		w.WriteHeader(http.StatusAccepted)
	}
}
