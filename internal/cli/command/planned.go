package command

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// Planned is a command for several targets that completes the plans of all targets before it changes any of them.
type Planned[T Result] struct {
	App  *App
	Verb string // shown while the plans are applied
	// Plan plans the command for one target and changes nothing. It returns the result so far, and the work that applies the
	// plan, or nil if there is nothing to apply.
	Plan func(context.Context, *App) (T, Work[T], error)
	// Confirm returns an error if the plans must not be applied. It may be nil.
	Confirm func(context.Context, []*TargetRun[T]) error
	// Check returns an error if the completed plans conflict with each other. It is also called in a dry run. It may be nil.
	Check func(context.Context, []*TargetRun[T]) error
	// AllOrNothing applies no plan if planning failed for any target.
	AllOrNothing bool
}

// Run plans the command for every target, and then applies the plans that have work to do. A failure at one target does not
// stop the others, unless AllOrNothing is set.
func (p Planned[T]) Run(ctx context.Context, targets []Target) error {
	var mu sync.Mutex
	rest := map[*App]Work[T]{}
	for n := range targets {
		targets[n].Kind = "plan"
	}
	runs := RunAll(ctx, p.App, targets, func(ctx context.Context, a *App) (T, error) {
		result, left, err := p.Plan(ctx, a)
		mu.Lock()
		defer mu.Unlock()
		rest[a] = left
		return result, err
	})
	made := slices.DeleteFunc(slices.Clone(runs), func(v *TargetRun[T]) bool { return !v.HasResult() })
	left := slices.DeleteFunc(slices.Clone(made), func(v *TargetRun[T]) bool { return rest[v.App] == nil })
	if p.Check != nil {
		if err := p.Check(ctx, made); err != nil {
			return err
		}
	}
	switch {
	case len(left) == 0:
		return report(ctx, p.App, runs)
	case p.AllOrNothing && len(made) < len(runs):
		if ctx.Err() == nil {
			p.heldBack(left)
		}
		return report(ctx, p.App, runs)
	}
	if p.Confirm != nil {
		if err := p.Confirm(ctx, left); err != nil {
			return err
		}
	}
	for _, v := range left {
		v.Kind = p.Verb
	}
	runThrough(ctx, p.App, left, func(ctx context.Context, a *App) (T, error) { return rest[a](ctx, a) })
	return report(ctx, p.App, runs)
}

// heldBack prints for each target that its plan was not applied.
func (p Planned[T]) heldBack(left []*TargetRun[T]) {
	for _, v := range left {
		v.App.Err.Print(v.App.Err.Note("", fmt.Sprintf("%s: %s, not applied because another plan failed; --only %s applies it alone", v.Name, v.Result.Brief(), v.InstallationName)))
	}
}
