package session

import (
	"context"
	"errors"
	"io"
	"net/http/httptrace"
	"sync"
	"time"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/spothandler/spothandler/internal/apperr"
)

// Time limits of a call, however often it is tried.
const (
	// silenceLimit ends a call: so long without any sign of life from the other side. Whoever answers, were it by
	// throttling, has it anew for the next attempt.
	silenceLimit = 10 * time.Second
	// NoticeAfter is when whatever has not ended is told to [Observer.Waiting].
	NoticeAfter = 2 * time.Second
)

// watch ends calls that nobody answers, and tells of those that take long.
type watch struct {
	waiting func(what string) // may be nil

	mu    sync.Mutex
	calls int            // under way
	slow  map[string]int // calls under way that were found to take long, by host
}

func newWatch(waiting func(string)) *watch { return &watch{waiting: waiting, slow: map[string]int{}} }

type watchedKey struct{}

// errSilence is the cause of the end of a call that nobody answers.
type errSilence struct{}

func (errSilence) Error() string { return "no answer" }

// register puts the watch into an SDK client's stack: around the call with its retries, and around each attempt.
func (w *watch) register(stack *middleware.Stack) error {
	operation := stack.ID()
	around := middleware.InitializeMiddlewareFunc("spothandlerWatch", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		call := &watchedCall{watch: w, action: actionOf(ctx, operation), limit: limitOf(operation), cancel: cancel}
		defer call.begin()()
		out, metadata, err := next.HandleInitialize(context.WithValue(ctx, watchedKey{}, call), in)
		if err != nil && errors.Is(context.Cause(ctx), errSilence{}) {
			err = call.noAnswer()
		}
		return out, metadata, err
	})
	attempt := middleware.DeserializeMiddlewareFunc("spothandlerAttempt", handleAttempt)
	if err := stack.Initialize.Add(around, middleware.After); err != nil {
		return err
	}
	return stack.Deserialize.Add(attempt, middleware.After)
}

// limitOf returns how long a call may stay without an answer; 0 is without end. Invoke is answered when the function
// has ended, which has a time limit of its own; so has the metadata service's client.
func limitOf(operation string) time.Duration {
	switch operation {
	case "Invoke", "GetMetadata", "getToken":
		return 0
	}
	return silenceLimit
}

// idle reports whether no call is under way.
func (w *watch) idle() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls == 0
}

// tell says what is waited for: once for all calls that a host keeps waiting at the same time.
func (w *watch) tell(host, what string) {
	w.mu.Lock()
	w.slow[host]++
	first := w.slow[host] == 1
	w.mu.Unlock()
	if first && w.waiting != nil {
		w.waiting(what)
	}
}

// watchedCall is a call under way, retries included.
type watchedCall struct {
	watch  *watch
	action string
	limit  time.Duration
	cancel context.CancelCauseFunc

	mu      sync.Mutex
	host    string
	silence *time.Timer // runs while an answer is due
	notice  *time.Timer
	told    string // the host that was told of
	last    error  // of the last attempt that got no answer
}

// begin returns what ends it.
func (c *watchedCall) begin() (end func()) {
	c.watch.mu.Lock()
	c.watch.calls++
	c.watch.mu.Unlock()
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.stopSilence()
		if c.notice != nil {
			c.notice.Stop()
		}
		c.watch.mu.Lock()
		defer c.watch.mu.Unlock()
		c.watch.calls--
		if c.told != "" {
			c.watch.slow[c.told]--
		}
	}
}

// sent says that an attempt begins. The time of one that was not answered runs on.
func (c *watchedCall) sent(host string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.host = host
	if c.silence == nil && c.limit > 0 {
		c.silence = time.AfterFunc(c.limit, func() { c.cancel(errSilence{}) })
	}
	if c.notice == nil {
		c.notice = time.AfterFunc(NoticeAfter, c.tell)
	}
}

func (c *watchedCall) tell() {
	c.mu.Lock()
	host := c.host
	c.told = host
	c.mu.Unlock()
	c.watch.tell(host, c.action+" at "+host)
}

// alive says that something moves.
func (c *watchedCall) alive() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.silence != nil {
		c.silence.Reset(c.limit)
	}
}

// answered says that an answer is complete.
func (c *watchedCall) answered() {
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

func (c *watchedCall) noAnswer() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return &apperr.NoAnswerError{Host: c.host, Action: c.action, After: c.limit, Err: c.last}
}

// handleAttempt is the part of the watch that is nearest to the wire.
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
		response.Body = answerBody{movingReader{response.Body, call}, response.Body}
	}
	return out, metadata, err
}

// movingReader says that something moves with everything that is read.
type movingReader struct {
	io.Reader
	call *watchedCall
}

func (r movingReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.call.alive()
	return n, err
}

// answerBody is an answer that is complete when it is closed.
type answerBody struct {
	movingReader
	io.Closer
}

func (b answerBody) Close() error {
	b.call.answered()
	return b.Closer.Close()
}
