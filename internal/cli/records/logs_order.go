package records

import (
	"slices"
	"time"

	"github.com/spothandler/spothandler/internal/history"
)

// timeOf returns when the function wrote a record: by its own clock if that is known, else by that of CloudWatch Logs.
func timeOf(e *history.Entry) time.Time {
	if e.Timestamp.IsZero() {
		return e.At
	}
	return e.Timestamp.UTC()
}

// sorter emits entries in the order of their own times. It is given them in the order of CloudWatch Logs, whose times are
// later by some milliseconds, which vary.
type sorter struct {
	emit func(*history.Entry) error
	held []history.Entry
}

// sortWindow is how much later an entry may arrive than one with a later time.
const sortWindow = 5 * time.Second

// add adds an entry, and emits those that no earlier one can follow.
func (o *sorter) add(e *history.Entry) error {
	at := len(o.held)
	for at > 0 && timeOf(&o.held[at-1]).After(timeOf(e)) {
		at--
	}
	o.held = slices.Insert(o.held, at, *e)
	return o.emitBefore(e.At.Add(-sortWindow))
}

// flush emits the rest.
func (o *sorter) flush() error {
	if len(o.held) == 0 {
		return nil
	}
	return o.emitBefore(timeOf(&o.held[len(o.held)-1]).Add(1))
}

func (o *sorter) emitBefore(limit time.Time) error {
	for len(o.held) > 0 && timeOf(&o.held[0]).Before(limit) {
		e := o.held[0]
		o.held = o.held[1:]
		if err := o.emit(&e); err != nil {
			return err
		}
	}
	return nil
}
