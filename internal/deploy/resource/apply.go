package resource

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/spothandler/spothandler/internal/apperr"
)

// Progress is one progress report of Apply.
type Progress struct {
	Index   int // of the change in the plan
	Change  Change
	Stage   Stage
	Note    string        // what is waited for, in stage Waiting
	Elapsed time.Duration // since the change began
}

// Stage is the stage of a change.
type Stage int

// The stages of a change: it begins, may wait, and is done, has failed, or was stopped with the context.
const (
	Begun Stage = iota
	Waiting
	Done
	Failed
	Stopped
)

// Options are the options of Apply.
type Options struct {
	Wait   time.Duration  // ceiling of each wait for AWS; 0 uses each wait's own
	Report func(Progress) // may be nil
}

// Apply applies the changes wave by wave, the changes of a wave concurrently. It stops after the first wave
// in which a change fails, or when the context ends. It returns the number of applied changes, which are
// kept: a second plan contains only the rest.
func Apply(ctx context.Context, clients Clients, names Names, changes []Change, options Options) (done int, err error) {
	a := &applying{clients: clients, names: names, changes: changes, options: options, errs: make([]error, len(changes))}
	for _, wave := range a.waves() {
		if err := ctx.Err(); err != nil {
			return done, err
		}
		var group sync.WaitGroup
		for _, index := range wave {
			group.Go(func() { a.errs[index] = a.apply(ctx, index) })
		}
		group.Wait()
		for _, index := range wave {
			if a.errs[index] == nil {
				done++
			}
		}
		if err := a.failure(); err != nil {
			return done, err
		}
	}
	return done, nil
}

// applying is the state of one Apply.
type applying struct {
	clients Clients
	names   Names
	changes []Change
	options Options
	errs    []error // of each change

	mu sync.Mutex // serializes the reports
}

// waves returns the indexes of the changes that may be applied concurrently, in the order of the waves.
func (a *applying) waves() [][]int {
	byWave := map[wave][]int{}
	for index, change := range a.changes {
		byWave[change.wave] = append(byWave[change.wave], index)
	}
	var waves [][]int
	for _, w := range slices.Sorted(maps.Keys(byWave)) {
		waves = append(waves, byWave[w])
	}
	return waves
}

// failure returns the error of the first change that failed, with the details and hints of those that failed at the same
// time: fixing only the first would lead to the next.
func (a *applying) failure() error {
	failed := slices.DeleteFunc(slices.Clone(a.errs), func(err error) bool { return err == nil })
	if len(failed) == 0 {
		return nil
	}
	first, explained := errors.AsType[*apperr.Error](failed[0])
	if !explained {
		return failed[0]
	}
	all := *first
	for _, err := range failed[1:] {
		if other, explained := errors.AsType[*apperr.Error](err); explained {
			all.Detail = slices.Concat(all.Detail, []string{"Also failed: " + other.Message + "."}, without(other.Detail, all.Detail...))
			all.Hints = slices.Concat(all.Hints, without(other.Hints, all.Hints...))
		}
	}
	return &all
}

func (a *applying) apply(ctx context.Context, index int) error {
	change, started := a.changes[index], time.Now()
	tell := func(stage Stage, note string) {
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.options.Report != nil {
			a.options.Report(Progress{index, change, stage, note, time.Since(started)})
		}
	}
	tell(Begun, "")
	r := &runner{a.clients, a.names, a.options.Wait, func(note string) { tell(Waiting, note) }}
	err := change.do(ctx, r)
	if err == nil {
		tell(Done, "")
		return nil
	}
	if ctx.Err() != nil {
		tell(Stopped, "")
		return fmt.Errorf("%s: %w", change.Describe(), ctx.Err())
	}
	tell(Failed, "")
	return explain(change.Describe(), a.names.Identity, err)
}
