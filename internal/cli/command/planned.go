package command

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// Planned is a command at several targets that is planned at all of them before it writes at one.
type Planned[T Answer] struct {
	App  *App
	Verb string // what is done once all is planned
	// Plan is the first half of the command at one target: it writes nothing, and returns what it came to so far. The
	// second half is nil where nothing remains to be done.
	Plan func(context.Context, *App) (T, Work[T], error)
	// Confirm is given the plans, and returns an error where they are not to be carried out. It may be nil.
	Confirm func(context.Context, []*TargetRun[T]) error
	// Check is given all plans that were made, in a dry run too, and returns an error where they do not go together. It may
	// be nil.
	Check func([]*TargetRun[T]) error
	// AllOrNothing holds everything back where one plan is refused.
	AllOrNothing bool
}

// Run plans at every target, and then goes on where something is left to do: one target's failure does not stop the others.
func (p Planned[T]) Run(ctx context.Context, targets []Target) error {
	var mu sync.Mutex
	rest := map[*App]Work[T]{}
	for n := range targets {
		targets[n].Kind = "plan"
	}
	runs := RunAll(ctx, p.App, targets, func(ctx context.Context, a *App) (T, error) {
		answer, left, err := p.Plan(ctx, a)
		mu.Lock()
		defer mu.Unlock()
		rest[a] = left
		return answer, err
	})
	made := slices.DeleteFunc(slices.Clone(runs), func(v *TargetRun[T]) bool { return !v.Answered() })
	left := slices.DeleteFunc(slices.Clone(made), func(v *TargetRun[T]) bool { return rest[v.App] == nil })
	if p.Check != nil {
		if err := p.Check(made); err != nil {
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

// heldBack says at each target that its plan was not carried out.
func (p Planned[T]) heldBack(left []*TargetRun[T]) {
	for _, v := range left {
		v.App.Err.Print(v.App.Err.Note("", fmt.Sprintf("%s: %s, held back because another was refused; --only %s goes ahead without it", v.Name, v.Answer.Brief(), v.InstallationName)))
	}
}

// NamesOf returns the names in their file of the installations that runs are about, each once.
func NamesOf[T Outcome](runs []*TargetRun[T]) []string {
	var names []string
	for _, v := range runs {
		if name := v.InstallationName; len(names) == 0 || names[len(names)-1] != name {
			names = append(names, name)
		}
	}
	return names
}
