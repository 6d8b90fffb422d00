package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// planned is a command at several targets that is planned at all of them before it writes at one.
type planned[T answer] struct {
	app  *app
	verb string // what is done once all is planned
	// plan is the first half of the command at one target: it writes nothing, and returns what it came to so far. The
	// second half is nil where nothing remains to be done.
	plan func(context.Context, *app) (T, work[T], error)
	// agree is given the plans, and returns an error where they are not to be carried out. It may be nil.
	agree func(context.Context, []*targetRun[T]) error
	// check is given all plans that were made, in a dry run too, and returns an error where they do not go together. It may
	// be nil.
	check func([]*targetRun[T]) error
	// together holds everything back where one plan is refused.
	together bool
}

// run plans at every target, and then goes on where something is left to do: one target's failure does not stop the others.
func (p planned[T]) run(ctx context.Context, targets []target) error {
	var mu sync.Mutex
	rest := map[*app]work[T]{}
	for n := range targets {
		targets[n].kind = "plan"
	}
	runs := runAll(ctx, p.app, targets, func(ctx context.Context, a *app) (T, error) {
		answer, left, err := p.plan(ctx, a)
		mu.Lock()
		defer mu.Unlock()
		rest[a] = left
		return answer, err
	})
	made := slices.DeleteFunc(slices.Clone(runs), func(v *targetRun[T]) bool { return !v.answered() })
	left := slices.DeleteFunc(slices.Clone(made), func(v *targetRun[T]) bool { return rest[v.app] == nil })
	if p.check != nil {
		if err := p.check(made); err != nil {
			return err
		}
	}
	switch {
	case len(left) == 0:
		return report(ctx, p.app, runs)
	case p.together && len(made) < len(runs):
		if ctx.Err() == nil {
			p.heldBack(left)
		}
		return report(ctx, p.app, runs)
	}
	if p.agree != nil {
		if err := p.agree(ctx, left); err != nil {
			return err
		}
	}
	for _, v := range left {
		v.kind = p.verb
	}
	runThrough(ctx, p.app, left, func(ctx context.Context, a *app) (T, error) { return rest[a](ctx, a) })
	return report(ctx, p.app, runs)
}

// heldBack says at each target that its plan was not carried out.
func (p planned[T]) heldBack(left []*targetRun[T]) {
	for _, v := range left {
		v.app.err.Print(v.app.err.Note("", fmt.Sprintf("%s: %s, held back because another was refused; --only %s goes ahead without it", v.name, v.answer.brief(), v.label)))
	}
}

// oneAccount refuses installations of a file that turn out to be one, or to watch the same clusters, now that their
// accounts are known. It is what the file alone could not tell.
func oneAccount[T answer](runs []*targetRun[T]) error {
	var all []settings.Installation
	for _, v := range runs {
		one := v.of.Installation
		one.Values = settings.Given{}
		for name, value := range v.of.Values {
			one.Values[name] = value
		}
		delete(one.Values, "role-arn")
		delete(one.Values, "profile")
		one.Values["expect-account"] = settings.Value{Texts: []string{v.app.account}, Source: v.of.Source}
		one.Values["region"] = settings.Value{Texts: []string{v.region}, Source: v.of.Source}
		all = append(all, one)
	}
	return settings.CheckTogether(all)
}

// namesOf are the installations that runs are about, each once.
func namesOf[T finding](runs []*targetRun[T]) []string {
	var names []string
	for _, v := range runs {
		if name := v.label; len(names) == 0 || names[len(names)-1] != name {
			names = append(names, name)
		}
	}
	return names
}

// mayRemoveSeveral refuses an uninstall of several installations that nobody has typed.
func mayRemoveSeveral(a *app, all bool) error {
	switch {
	case a.file == nil && all:
		return apperr.Invalid("--config FILE   a file of several installations", "--all is about the installations of a file")
	case a.file == nil:
		return nil
	case all && a.sources.Of["only"] != "":
		return apperr.Invalid("give one of them", "%s and --all do not go together", a.sources.Of["only"])
	case !all && a.sources.Of["only"] == input.EnvName("only"):
		return apperr.Invalid("--only NAME   on the command line", "what uninstall removes has to be typed, and %s is not", input.EnvName("only"))
	case !all && a.sources.Of["only"] == "":
		var names []string
		for _, each := range a.file {
			names = append(names, each.Name)
		}
		return apperr.Invalid("--only NAME   or --all for every one", "%s holds several installations, and uninstall removes only those that are named on the command line: %s", a.sources.File, strings.Join(names, ", "))
	}
	return nil
}
