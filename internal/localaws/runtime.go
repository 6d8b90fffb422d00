package localaws

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"sync"
)

// runtimeAPI is the Lambda Runtime API of one sandbox: the function asks for the next event and posts its answer.
type runtimeAPI struct {
	idle chan struct{}   // the function asks for an event
	next chan invocation // to hand it one
	done chan outcome    // its answer

	mu      sync.Mutex
	current string // the id of the invocation that is being worked on
}

func newRuntimeAPI() *runtimeAPI {
	return &runtimeAPI{idle: make(chan struct{}, 1), next: make(chan invocation), done: make(chan outcome, 1)}
}

// handler serves the API by its paths.
func (a *runtimeAPI) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", a.serveNext)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", a.serveResponse)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", a.serveError)
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", a.serveInitError)
	return mux
}

func (a *runtimeAPI) serveNext(w http.ResponseWriter, r *http.Request) {
	select {
	case a.idle <- struct{}{}:
	default:
	}
	select {
	case inv := <-a.next:
		a.mu.Lock()
		a.current = inv.id
		a.mu.Unlock()
		h := w.Header()
		h.Set("Lambda-Runtime-Aws-Request-Id", inv.id)
		h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(inv.deadline.UnixMilli(), 10))
		h.Set("Lambda-Runtime-Invoked-Function-Arn", inv.functionARN)
		h.Set("Lambda-Runtime-Trace-Id", "Root=1-"+randomHex(8)+"-"+randomHex(24)+";Sampled=0")
		if inv.clientContext != "" {
			h.Set("Lambda-Runtime-Client-Context", inv.clientContext)
		}
		h.Set("Content-Type", "application/json")
		_, _ = w.Write(inv.payload)
	case <-r.Context().Done():
	}
}

func (a *runtimeAPI) serveResponse(w http.ResponseWriter, r *http.Request) {
	a.finish(w, r, func(body []byte) outcome {
		if len(body) > syncPayloadLimit {
			out := failure(r.PathValue("id"), "Function.ResponseSizeTooLarge", "Response payload size exceeded maximum allowed payload size (6291556 bytes).")
			out.broken = false
			return out
		}
		return outcome{payload: body, status: "success"}
	})
}

func (a *runtimeAPI) serveError(w http.ResponseWriter, r *http.Request) {
	a.finish(w, r, func(body []byte) outcome {
		return outcome{payload: body, failed: true, status: "error"}
	})
}

// finish takes the answer to the current invocation; an answer to any other is refused.
func (a *runtimeAPI) finish(w http.ResponseWriter, r *http.Request, answer func(body []byte) outcome) {
	body, err := io.ReadAll(io.LimitReader(r.Body, syncPayloadLimit+1))
	a.mu.Lock()
	defer a.mu.Unlock()
	if err != nil || a.current == "" || a.current != r.PathValue("id") {
		runtimeAnswer(w, http.StatusBadRequest, map[string]string{"errorType": "InvalidRequestID", "errorMessage": "Invalid request ID"})
		return
	}
	a.current = ""
	a.done <- answer(body)
	runtimeAnswer(w, http.StatusAccepted, map[string]string{"status": "OK"})
}

// serveInitError takes the report of a function that cannot start; its process ends by itself afterwards.
func (a *runtimeAPI) serveInitError(w http.ResponseWriter, _ *http.Request) {
	runtimeAnswer(w, http.StatusAccepted, map[string]string{"status": "OK"})
}

func runtimeAnswer(w http.ResponseWriter, status int, v map[string]string) {
	text, err := json.Marshal(v)
	if err != nil { // plain strings: cannot happen
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(text)
}
