package scenario_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// recording holds the requests that changed an account, so that another account can be brought into the same state quickly.
type recording struct {
	mu     sync.Mutex
	began  time.Time
	length time.Duration
	writes []recorded
}

// recorded is one request with its time.
type recorded struct {
	at      time.Duration
	request *http.Request
	body    []byte
}

// record records the requests of do in the account.
func (a *account) record(t *testing.T, do func(*testing.T, *account)) *recording {
	t.Helper()
	tp := &recording{began: time.Now()}
	a.connect(&recorder{a.Server, tp})
	do(t, a)
	a.connect(a.Server)
	tp.length = time.Since(tp.began)
	return tp
}

// replay repeats the recorded requests in this account at the same times.
func (a *account) replay(t *testing.T, tp *recording) {
	t.Helper()
	began := time.Now()
	for _, w := range tp.writes {
		time.Sleep(w.at - time.Since(began)) // virtual time
		request := w.request.Clone(context.WithoutCancel(t.Context()))
		request.Body = io.NopCloser(bytes.NewReader(w.body))
		if _, err := a.RoundTrip(request); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(tp.length - time.Since(began))
}

// recorder records requests on their way to the account.
type recorder struct {
	http.RoundTripper
	recording *recording
}

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Body == nil {
		request.Body = http.NoBody
	}
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	request.Body = io.NopCloser(bytes.NewReader(body))
	if isWrite(request, body) {
		r.recording.mu.Lock()
		r.recording.writes = append(r.recording.writes, recorded{time.Since(r.recording.began), request.Clone(request.Context()), body})
		r.recording.mu.Unlock()
	}
	return r.RoundTripper.RoundTrip(request)
}

// isWrite recognizes the three protocols: an action in a header, in a form, or in the method.
func isWrite(request *http.Request, body []byte) bool {
	_, action, named := strings.Cut(request.Header.Get("X-Amz-Target"), ".")
	if form, err := url.ParseQuery(string(body)); !named && err == nil && form.Has("Action") {
		action, named = form.Get("Action"), true
	}
	if !named {
		return request.Method != http.MethodGet
	}
	return !strings.HasPrefix(action, "Get") && !strings.HasPrefix(action, "List") && !strings.HasPrefix(action, "Describe")
}
