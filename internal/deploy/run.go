package deploy

import (
	"context"
	"time"

	smithytime "github.com/aws/smithy-go/time"
)

// runner is the context of a change while it is applied.
type runner struct {
	Clients
	names   Names
	ceiling time.Duration // of each wait; 0 uses each wait's own
	note    func(string)  // reports what is waited for
}

const (
	firstPause   = 400 * time.Millisecond
	longestPause = 5 * time.Second
)

// retry repeats do while its error means "not yet", with growing delays, up to the ceiling (or the user's).
// The error includes AWS's last response. It ends at once with the context.
func (r *runner) retry(ctx context.Context, w wait, do func() error) error {
	ceiling := w.ceiling
	if r.ceiling > 0 {
		ceiling = r.ceiling
	}
	deadline := time.Now().Add(ceiling)
	for pause := firstPause; ; pause = min(pause*3/2, longestPause) {
		err := do()
		if err == nil || !w.again(err) {
			return err
		}
		if time.Now().Add(pause).After(deadline) {
			return &waitError{w.what, ceiling, err}
		}
		r.note(w.what)
		if err := smithytime.SleepWithContext(ctx, pause); err != nil {
			return err
		}
	}
}

// step is one write of a change, skipped if it is not needed.
type step struct {
	needed bool
	do     func() error
}

// runSteps runs the steps that are needed, up to the first that fails.
func runSteps(steps ...step) error {
	for _, step := range steps {
		if !step.needed {
			continue
		}
		if err := step.do(); err != nil {
			return err
		}
	}
	return nil
}

// retrySteps is runSteps with each step repeated while AWS responds with "not yet".
func (r *runner) retrySteps(ctx context.Context, w wait, steps ...step) error {
	for index, each := range steps {
		steps[index].do = func() error { return r.retry(ctx, w, each.do) }
	}
	return runSteps(steps...)
}
