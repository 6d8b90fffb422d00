package services

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"github.com/spothandler/spothandler/internal/apperr"
)

// reader is one reading of an account.
type reader struct {
	clients  Clients
	limits   *limits
	progress func(Progress)

	mu     sync.Mutex
	facts  Facts
	denied map[string]Unread // by action; not called again
	// running counts, by cluster, the tasks that belong to services
	running map[string]int
	count   Progress
}

// Progress is the progress of a reading.
type Progress struct {
	Clusters, ClustersRead int
	Services, ServicesRead int // on Fargate Spot
}

// access describes a call for IAM.
type access struct {
	part    Part
	action  string
	subject string
	// anywhere: the action has no resource-level permissions, so one denial applies to every call (Service
	// Authorization Reference).
	anywhere bool
}

// read makes a call within its rate limit. A failure is returned as an Unread; an error is the context's.
func read[T any](ctx context.Context, r *reader, limit *rate.Limiter, a access, call func(context.Context) (T, error)) (T, *Unread, error) {
	var none T
	if known, found := r.known(a); found {
		return none, &known, nil
	}
	if err := limit.Wait(ctx); err != nil {
		return none, nil, context.Cause(ctx)
	}
	response, err := call(ctx)
	if err == nil {
		return response, nil, nil
	}
	if ctx.Err() != nil {
		return none, nil, ctx.Err()
	}
	unread := Unread{Part: a.part, Action: a.action, Subject: a.subject, Denied: apperr.IsAccessDenied(err), Why: why(a, err)}
	if hints := apperr.HintsFor(err); !unread.Denied && len(hints) > 0 {
		unread.Hint = hints[0]
	}
	if unread.Denied && a.anywhere {
		r.remember(a, unread)
	}
	return none, &unread, nil
}

func why(a access, err error) string {
	if apperr.IsAccessDenied(err) {
		return "no permission for " + a.action
	}
	return a.action + ": " + apperr.Plain(err)
}

func (r *reader) known(a access) (Unread, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	known, found := r.denied[a.action]
	known.Subject = a.subject
	return known, found
}

func (r *reader) remember(a access, unread Unread) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.denied[a.action] = unread
}

// note changes the facts; it is safe for concurrent use.
func (r *reader) note(change func(*Facts)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.facts)
}

// advance changes the progress and reports it.
func (r *reader) advance(change func(*Progress)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.count)
	if r.progress != nil {
		r.progress(r.count)
	}
}

// parallelism is the number of concurrent calls: enough for the documented rates at 100 ms per call.
const parallelism = 8

// each runs do for every element concurrently until one fails.
func each[T any](ctx context.Context, all []T, do func(context.Context, T) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelism)
	for _, one := range all {
		group.Go(func() error { return do(ctx, one) })
	}
	return group.Wait()
}
