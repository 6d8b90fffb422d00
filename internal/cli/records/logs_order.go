package records

import (
	"slices"
	"time"

	"github.com/spothandler/spothandler/internal/history"
)

// timeOf is when the function wrote a record: by its own clock, or else when CloudWatch Logs has it.
func timeOf(e *history.Entry) time.Time {
	if e.Timestamp.IsZero() {
		return e.At
	}
	return e.Timestamp.UTC()
}

// inOrder puts entries in the order of their own times. They come in the order of CloudWatch Logs, whose times are some
// milliseconds later, and not by as much for each.
type inOrder struct {
	pass func(*history.Entry) error
	held []history.Entry
}

// orderWithin is how much later an entry may come than one with a later time.
const orderWithin = 5 * time.Second

// add passes on what nothing earlier can follow.
func (o *inOrder) add(e *history.Entry) error {
	at := len(o.held)
	for at > 0 && timeOf(&o.held[at-1]).After(timeOf(e)) {
		at--
	}
	o.held = slices.Insert(o.held, at, *e)
	return o.passBefore(e.At.Add(-orderWithin))
}

// end passes on the rest.
func (o *inOrder) end() error {
	if len(o.held) == 0 {
		return nil
	}
	return o.passBefore(timeOf(&o.held[len(o.held)-1]).Add(1))
}

func (o *inOrder) passBefore(limit time.Time) error {
	for len(o.held) > 0 && timeOf(&o.held[0]).Before(limit) {
		e := o.held[0]
		o.held = o.held[1:]
		if err := o.pass(&e); err != nil {
			return err
		}
	}
	return nil
}
