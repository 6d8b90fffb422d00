package records

import (
	"context"
	"errors"
	"time"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/history"
)

// follower reads records as they arrive.
type follower struct {
	logs  history.LogsAPI
	query history.Query
	print func(*history.Entry) error
	renew func(context.Context) (history.LogsAPI, error) // returns a client with fresh credentials
	warn  func(text string)

	seen   map[seenRecord]bool
	sorted sorter
}

// seenRecord identifies a record: its line contains the IDs of its request and event.
type seenRecord struct {
	at  time.Time
	raw string
}

const (
	followInterval = 2 * time.Second
	// maxDelay is how long after its time a record may become visible: CloudWatch Logs takes some seconds to make events
	// searchable, which differs between streams.
	maxDelay = time.Minute
)

// run reads until the context ends, which is not an error. A permanent error of AWS is returned; a transient one, such as
// throttling, an outage or expired credentials, is reported once and retried.
func (f *follower) run(ctx context.Context) error {
	f.seen, f.sorted = map[seenRecord]bool{}, sorter{emit: f.print}
	warned := false
	for {
		f.query.To = time.Now().Add(history.Skew)
		began := time.Now()
		err := f.read(ctx)
		switch {
		case ctx.Err() != nil:
			return nil //nolint:nilerr // following ends this way
		case err == nil:
			warned = false
			f.forget(began.Add(-maxDelay - history.Skew)) // by the local clock, which may be fast
		case apperr.IsAccessDenied(err) || apperr.IsNotFound(err) || apperr.HasCode(err, "InvalidParameterException"):
			return err
		case !warned:
			warned = true
			f.warn("waiting for CloudWatch Logs: " + apperr.Plain(err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(followInterval):
		}
	}
}

// read reads the new records once. If the credentials have expired, it retries with fresh ones if there are any.
func (f *follower) read(ctx context.Context) error {
	_, err := history.Read(ctx, f.logs, f.query, f.take)
	if command.IsExpired(err) {
		if logs, failed := f.renew(ctx); failed == nil {
			f.logs = logs
			_, err = history.Read(ctx, f.logs, f.query, f.take)
		}
	}
	return errors.Join(err, f.sorted.flush())
}

func (f *follower) take(e history.Entry) error {
	key := seenRecord{e.At, e.Raw}
	if f.seen[key] {
		return nil
	}
	f.seen[key] = true
	return f.sorted.add(&e)
}

// forget moves the start of the period to before, and forgets the records that precede it.
func (f *follower) forget(before time.Time) {
	if before.After(f.query.From) {
		f.query.From = before
	}
	for key := range f.seen {
		if key.at.Before(f.query.From) {
			delete(f.seen, key)
		}
	}
}
