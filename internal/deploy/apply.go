package deploy

import (
	"context"
	"fmt"
	"time"
)

// Progress is what Apply tells while it works.
type Progress struct {
	Index   int // of the change in the plan
	Change  Change
	Stage   Stage
	Note    string        // what is waited for, at Waiting
	Elapsed time.Duration // since the change began
}

// Stage is where a change is.
type Stage int

// The stages of a change: it begins, may wait, and is done or failed.
const (
	Begun Stage = iota
	Waiting
	Done
	Failed
)

// Options of Apply.
type Options struct {
	Wait   time.Duration  // ceiling of each wait for AWS; 0 means each its own
	Report func(Progress) // may be nil
}

// run is what a change may use while it is applied.
type run struct {
	Clients
	names   Names
	ceiling time.Duration
	note    func(string)
}

// Apply does the changes in their order and stops at the first that fails, or when the context ends.
// It gives how many are done: they stay, and a second plan holds only the rest.
func Apply(ctx context.Context, clients Clients, names Names, changes []Change, options Options) (done int, err error) {
	report := options.Report
	if report == nil {
		report = func(Progress) {}
	}
	for index, change := range changes {
		if err := ctx.Err(); err != nil {
			return index, err
		}
		started := time.Now()
		tell := func(stage Stage, note string) {
			report(Progress{index, change, stage, note, time.Since(started)})
		}
		tell(Begun, "")
		r := &run{clients, names, options.Wait, func(note string) { tell(Waiting, note) }}
		if err := change.do(ctx, r); err != nil {
			tell(Failed, "")
			if ctx.Err() != nil {
				return index, fmt.Errorf("%s: %w", change.Describe(), ctx.Err())
			}
			return index, Explain(change.Describe(), names.Identity, err)
		}
		tell(Done, "")
	}
	return len(changes), nil
}
