package session

import (
	"context"
	"errors"
	"io"
	"net/http/httptrace"
	"slices"
	"sync"
	"time"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/spothandler/spothandler/internal/apperr"
)

// Time limits of a call, including its retries.
const (
	// silenceLimit ends a call for which nothing was received for so long. Every response, even throttling,
	// restarts it for the next attempt.
	silenceLimit = 10 * time.Second
	// noticeAfter is the time after which a pending call is reported to [Observer.Waiting].
	noticeAfter = 2 * time.Second
)

// Notice calls f once two seconds have passed, unless stop is called before. stop, which must be called once, waits until
// f has returned.
func Notice(f func()) (stop func()) {
	returned := make(chan struct{})
	timer := time.AfterFunc(noticeAfter, func() {
		defer close(returned)
		f()
	})
	return func() {
		if !timer.Stop() {
			<-returned
		}
	}
}

// watch ends calls that get no response, and reports slow calls.
type watch struct {
	waiting func(what string) // may be nil
	patient bool              // see [Options]

	mu    sync.Mutex
	calls int            // in progress
	slow  map[string]int // slow calls in progress, by host
}

func newWatch(waiting func(string), patient bool) *watch {
	return &watch{waiting: waiting, patient: patient, slow: map[string]int{}}
}

type watchedKey struct{}

// errSilence is the cause with which a call without a response is canceled.
type errSilence struct{}

func (errSilence) Error() string { return "no response" }

// register adds the watch to an SDK client's middleware stack: around the call with its retries, and around
// each attempt.
func (w *watch) register(stack *middleware.Stack) error {
	operation := stack.ID()
	around := middleware.InitializeMiddlewareFunc("spothandlerWatch", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		call := &watchedCall{watch: w, action: actionOf(ctx, operation), limit: w.limitOf(operation), cancel: cancel}
		defer call.begin()()
		out, metadata, err := next.HandleInitialize(context.WithValue(ctx, watchedKey{}, call), in)
		if err != nil && errors.Is(context.Cause(ctx), errSilence{}) {
			err = call.noResponse()
		}
		return out, metadata, err
	})
	attempt := middleware.DeserializeMiddlewareFunc("spothandlerAttempt", handleAttempt)
	if err := stack.Initialize.Add(around, middleware.After); err != nil {
		return err
	}
	return stack.Deserialize.Add(attempt, middleware.After)
}

// limitOf returns how long a call may stay without a response; 0 means no limit. Invoke responds when the
// function ends, which has its own timeout; so has the client of the metadata service.
func (w *watch) limitOf(operation string) time.Duration {
	if w.patient || slices.Contains([]string{"Invoke", "GetMetadata", "getToken"}, operation) {
		return 0
	}
	return silenceLimit
}

// idle reports whether no call is in progress.
func (w *watch) idle() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls == 0
}

// report reports what is being waited for, once for all concurrent calls to a slow host.
func (w *watch) report(host, what string) {
	w.mu.Lock()
	w.slow[host]++
	first := w.slow[host] == 1
	w.mu.Unlock()
	if first && w.waiting != nil {
		w.waiting(what)
	}
}

// watchedCall is a call in progress, including retries.
type watchedCall struct {
	watch  *watch
	action string
	limit  time.Duration
	cancel context.CancelCauseFunc

	mu         sync.Mutex
	host       string
	silence    *time.Timer // runs while a response is due
	stopNotice func()      // nil before the first attempt
	reported   string      // the host that was reported
	last       error       // error of the last attempt without a response
}

// begin counts the call and returns a function that ends it.
func (c *watchedCall) begin() (end func()) {
	c.watch.mu.Lock()
	c.watch.calls++
	c.watch.mu.Unlock()
	return func() {
		c.mu.Lock()
		c.stopSilence()
		stop := c.stopNotice
		c.mu.Unlock()
		if stop != nil {
			stop()
		}
		c.watch.mu.Lock()
		defer c.watch.mu.Unlock()
		c.watch.calls--
		if c.reported != "" {
			c.watch.slow[c.reported]--
		}
	}
}

// sent records the start of an attempt. The timer of an attempt without a response keeps running.
func (c *watchedCall) sent(host string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.host = host
	if c.silence == nil && c.limit > 0 {
		c.silence = time.AfterFunc(c.limit, func() { c.cancel(errSilence{}) })
	}
	if c.stopNotice == nil && !c.watch.patient {
		c.stopNotice = Notice(c.report)
	}
}

func (c *watchedCall) report() {
	c.mu.Lock()
	host := c.host
	c.reported = host
	c.mu.Unlock()
	c.watch.report(host, c.action+" at "+host)
}

// alive records that data was transferred.
func (c *watchedCall) alive() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.silence != nil {
		c.silence.Reset(c.limit)
	}
}

// responded records that the response is complete.
func (c *watchedCall) responded() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stopSilence()
}

func (c *watchedCall) stopSilence() {
	if c.silence != nil {
		c.silence.Stop()
		c.silence = nil
	}
}

func (c *watchedCall) failed(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = err
}

func (c *watchedCall) noResponse() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return &apperr.NoResponseError{Host: c.host, Action: c.action, After: c.limit, Err: c.last}
}

// handleAttempt is the innermost part of the watch, around each attempt.
func handleAttempt(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
	call, _ := ctx.Value(watchedKey{}).(*watchedCall)
	request, ok := in.Request.(*smithyhttp.Request)
	if call == nil || !ok {
		return next.HandleDeserialize(ctx, in)
	}
	if body := request.GetStream(); body != nil {
		watched, err := request.SetStream(movingReader{body, call})
		if err != nil {
			return middleware.DeserializeOutput{}, middleware.Metadata{}, err
		}
		in.Request = watched
	}
	call.sent(request.URL.Host)
	out, metadata, err := next.HandleDeserialize(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotFirstResponseByte: call.alive}), in)
	response, _ := out.RawResponse.(*smithyhttp.Response)
	switch {
	case err != nil && ctx.Err() == nil:
		call.failed(err)
	case err == nil && response != nil:
		response.Body = responseBody{movingReader{response.Body, call}, response.Body}
	}
	return out, metadata, err
}

// movingReader reports every read to the watch.
type movingReader struct {
	io.Reader
	call *watchedCall
}

func (r movingReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.call.alive()
	return n, err
}

// responseBody is a response body; the response is complete when it is closed.
type responseBody struct {
	movingReader
	io.Closer
}

func (b responseBody) Close() error {
	b.call.responded()
	return b.Closer.Close()
}
