package records

import (
	"context"
	"errors"
	"time"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/history"
)

// follower reads records as they come.
type follower struct {
	logs    history.LogsAPI
	query   history.Query
	print   func(*history.Entry) error
	renew   func(context.Context) (history.LogsAPI, error) // with credentials that are read anew
	trouble func(text string)

	seen    map[seenRecord]bool
	ordered inOrder
}

// seenRecord tells a record from every other: its request and event are in its line.
type seenRecord struct {
	at  time.Time
	raw string
}

const (
	followEvery = 2 * time.Second
	// late is how long after its time a record can turn up: CloudWatch Logs takes some seconds to make what it is sent
	// searchable, and streams are not alike in this.
	late = time.Minute
)

// run reads until the context ends, which is how it is meant to end and no error. What AWS refuses for good ends it;
// whatever may pass, throttling, an outage or credentials that are being renewed, is said once and waited for.
func (f *follower) run(ctx context.Context) error {
	f.seen, f.ordered = map[seenRecord]bool{}, inOrder{pass: f.print}
	said := false
	for {
		f.query.To = time.Now().Add(history.Skew)
		began := time.Now()
		err := f.read(ctx)
		switch {
		case ctx.Err() != nil:
			return nil //nolint:nilerr // it is how following ends
		case err == nil:
			said = false
			f.forget(began.Add(-late - history.Skew)) // by this machine's clock, which may be fast
		case apperr.IsAccessDenied(err) || apperr.IsNotFound(err) || apperr.HasCode(err, "InvalidParameterException"):
			return err
		case !said:
			said = true
			f.trouble("waiting for CloudWatch Logs: " + apperr.Plain(err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(followEvery):
		}
	}
}

// read reads once what has come. Where the credentials have expired the next read has new ones, if there are.
func (f *follower) read(ctx context.Context) error {
	_, err := history.Read(ctx, f.logs, f.query, f.take)
	if command.IsExpired(err) {
		if logs, failed := f.renew(ctx); failed == nil {
			f.logs = logs
			_, err = history.Read(ctx, f.logs, f.query, f.take)
		}
	}
	return errors.Join(err, f.ordered.end())
}

func (f *follower) take(e history.Entry) error {
	key := seenRecord{e.At, e.Raw}
	if f.seen[key] {
		return nil
	}
	f.seen[key] = true
	return f.ordered.add(&e)
}

// forget moves the period on, and lets go of what lies before it.
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
