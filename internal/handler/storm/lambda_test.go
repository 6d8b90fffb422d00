package storm_test

import (
	"context"
	"sync"
	"time"

	"github.com/spothandler/spothandler/internal/handler"
)

const (
	// maxEventAge and the one retry are the installer's settings.
	maxEventAge = 120 * time.Second
	retries     = 1
	retryDelay  = time.Minute
	// Lambda returns an event that finds no free sandbox to its queue for one
	// second, doubling to five minutes
	// (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html).
	firstThrottle = time.Second
	lastThrottle  = 5 * time.Minute
	// coldStart and overhead are the duration of a sandbox's start and of an
	// invocation apart from its calls.
	coldStart = 100 * time.Millisecond
	overhead  = 2 * time.Millisecond
)

// lambda is a function behind Lambda's asynchronous queue.
type lambda struct {
	setting
	newSandbox func() *handler.Handler

	mu      sync.Mutex
	idle    []*handler.Handler
	running int
	waiting []delivery
	dropped int // events that exceeded maxEventAge
	failed  int // events whose last attempt failed
}

// delivery is an event in the queue.
type delivery struct {
	event     []byte
	arrived   time.Time
	throttled int // how often no sandbox was free
	attempts  int // failed invocations
}

// deliver passes an event to a sandbox, or returns it to the queue.
func (l *lambda) deliver(d delivery) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case time.Since(d.arrived) > maxEventAge:
		l.dropped++
	case l.concurrency == 0 || l.running < l.concurrency:
		l.running++
		go l.run(d)
	case l.backoff:
		delay := lastThrottle
		if d.throttled < 9 {
			delay = min(firstThrottle<<d.throttled, lastThrottle)
		}
		d.throttled++
		time.AfterFunc(delay, func() { l.deliver(d) })
	default:
		l.waiting = append(l.waiting, d)
	}
}

// run invokes a sandbox, then continues with the next waiting event.
func (l *lambda) run(d delivery) {
	for {
		sandbox := l.take()
		l.invoke(sandbox, d)
		var more bool
		if d, more = l.release(sandbox); !more {
			return
		}
	}
}

func (l *lambda) take() *handler.Handler {
	l.mu.Lock()
	if last := len(l.idle) - 1; last >= 0 {
		sandbox := l.idle[last]
		l.idle = l.idle[:last]
		l.mu.Unlock()
		return sandbox
	}
	l.mu.Unlock()
	time.Sleep(coldStart)
	return l.newSandbox()
}

func (l *lambda) invoke(sandbox *handler.Handler, d delivery) {
	if time.Since(d.arrived) > maxEventAge {
		l.count(&l.dropped)
		return
	}
	time.Sleep(overhead)
	ctx, cancel := context.WithTimeout(context.Background(), l.timeout)
	defer cancel()
	if _, err := sandbox.Handle(ctx, d.event); err == nil {
		return
	}
	if d.attempts == retries {
		l.count(&l.failed)
		return
	}
	d.attempts++
	time.AfterFunc(retryDelay, func() { l.deliver(d) })
}

func (l *lambda) count(n *int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	*n++
}

// release frees a sandbox and returns the next waiting event.
func (l *lambda) release(sandbox *handler.Handler) (next delivery, more bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.idle = append(l.idle, sandbox)
	if len(l.waiting) == 0 {
		l.running--
		return delivery{}, false
	}
	next, l.waiting = l.waiting[0], l.waiting[1:]
	return next, true
}
