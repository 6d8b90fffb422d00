package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"golang.org/x/sync/errgroup"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// place is where a command works.
type place struct {
	Name    string `json:"name,omitempty"` // of the installation in its file
	Prefix  string `json:"prefix"`
	Region  string `json:"region"`
	Account string `json:"account"` // "" until it is known
}

// answer is what a command says in one region, beside what it prints for a person.
type answer interface {
	finding
	at(where place) any // as a result among those of other regions, in JSON
}

// finding is what a command comes to in one region.
type finding interface {
	brief() string // in a few words, for a line among those of other regions
}

// work is a command in one region. What it comes to counts where it ends well or with errDiffers.
type work[T finding] func(context.Context, *app) (T, error)

// inRegions does a command in every region that was asked for and answers in JSON, where that was asked for.
// Where there is no region to do it in, nowhere is done instead.
func inRegions[T answer](ctx context.Context, a *app, prefix string, nowhere func(session.Identity) error, do work[T]) error {
	runs, id, err := runInRegions(ctx, a, &prefix, do)
	switch {
	case err != nil:
		return err
	case len(runs) == 0:
		return nowhere(id)
	}
	return answerAll(ctx, a, runs)
}

// answerAll shows what the runs came to, and answers in JSON, where that was asked for.
func answerAll[T answer](ctx context.Context, a *app, runs []*targetRun[T]) error {
	if runs[0].app.several {
		return report(ctx, a, runs)
	}
	v := runs[0]
	if v.answered() {
		if err := a.deliver(v.answer); err != nil {
			return err
		}
	}
	return v.err
}

// target is what one of several runs is about: a region, or an installation in a region.
type target struct {
	region, prefix string
	kind, name     string // of its line among the others, and its name in errors
	err            error  // why it is not known what is there
	of             *configured
	label          string // the name of the installation in its file; "" where the target is not about one
}

// targetRun is a command at one target: with others its text is held back until all are done.
type targetRun[T finding] struct {
	target
	app    *app
	out    bytes.Buffer
	errOut bytes.Buffer
	answer T
	err    error
	code   int
}

// runInRegions does a command in every region that was asked for, side by side: one region's failure does
// not stop the others. It returns the runs in the order of the regions, and the account where there is none.
func runInRegions[T finding](ctx context.Context, a *app, prefix *string, do work[T]) ([]*targetRun[T], session.Identity, error) {
	targets, id, err := a.targets(ctx, prefix)
	if err != nil || len(targets) == 0 {
		return nil, id, err
	}
	if one := targets[0]; one.name == "" {
		v := &targetRun[T]{app: a.alone(one), target: one}
		v.answer, v.err = do(ctx, v.app)
		return []*targetRun[T]{v}, id, nil
	}
	return runAll(ctx, a, targets, do), id, nil
}

// runInPlaces is runInRegions for a command that is about regions: of a file it takes those of its installations.
func runInPlaces[T finding](ctx context.Context, a *app, do work[T]) ([]*targetRun[T], session.Identity, error) {
	if a.file == nil {
		return runInRegions(ctx, a, nil, do)
	}
	targets, err := a.targetsOfFile(ctx)
	if err != nil {
		return nil, session.Identity{}, err
	}
	return runAll(ctx, a, placesOf(targets), do), session.Identity{}, nil
}

// targets are the installations of a file, or the regions that were asked for; a target without a name stands alone.
// Where the account has no installation there is none.
func (a *app) targets(ctx context.Context, prefix *string) ([]target, session.Identity, error) {
	if a.file != nil {
		targets, err := a.targetsOfFile(ctx)
		return targets, session.Identity{}, err
	}
	regions, id, err := a.chosenRegions(ctx, prefix)
	if err != nil || a.allRegions && len(regions) == 0 {
		return nil, id, err
	}
	if len(regions) < 2 && (!a.allRegions || !a.json()) { // whose answer has one form, however many there are
		return []target{{region: slices.Concat(regions, []string{""})[0], prefix: aws.ToString(prefix)}}, id, nil
	}
	if err := a.findCredentials(ctx); err != nil { // once, and not in each region
		return nil, id, err
	}
	targets := make([]target, len(regions))
	for index, region := range regions {
		targets[index] = target{region: region, prefix: aws.ToString(prefix), kind: "region", name: region}
	}
	return targets, id, nil
}

// captured returns the command with its text going elsewhere, where nobody sees how far it is, at the present size of
// the terminal.
func (a *app) captured(out, err io.Writer) *app {
	one := *a
	if one.size != nil {
		one.width, one.height = one.size()
	}
	stdout, stderr := one.printers()
	stderr.Dumb = true // nothing moves in what is shown later
	one.Streams.out, one.Streams.err = out, err
	one.out, one.err = term.NewPrinter(out, stdout.Style), term.NewPrinter(err, stderr.Style)
	one.unseen = true
	return &one
}

// terminalHeight returns how many lines the terminal has now; 0 where there is none.
func (a *app) terminalHeight() int {
	if a.size == nil {
		return a.height
	}
	_, height := a.size()
	return height
}

// alone is the command at the only target.
func (a *app) alone(t target) *app {
	one := *a
	one.region = t.region
	return &one
}

// atOnce is how many targets are worked on side by side: enough for every region of an account, and within what IAM
// answers without throttling.
const atOnce = 32

// runAll does a command at every target, side by side: one target's failure does not stop the others.
func runAll[T finding](ctx context.Context, a *app, targets []target, do work[T]) []*targetRun[T] {
	runs := make([]*targetRun[T], len(targets))
	for index, each := range targets {
		v := &targetRun[T]{target: each}
		v.app = a.among(each, &v.out, &v.errOut)
		runs[index] = v
	}
	runThrough(ctx, a, runs, do)
	return runs
}

// runThrough does a command, or the next part of it, at targets that have been prepared.
func runThrough[T finding](ctx context.Context, a *app, runs []*targetRun[T], do work[T]) {
	steps := make([]term.Step, len(runs))
	for index, v := range runs {
		steps[index] = term.Step{Kind: v.kind, Name: v.name}
	}
	defer a.repainting()()
	shown := a.err
	if a.unseen {
		shown = term.NewPrinter(io.Discard, term.Style{})
	}
	progress := shown.Progress(steps)
	var group errgroup.Group
	group.SetLimit(atOnce)
	for index, v := range runs {
		group.Go(func() error {
			v.run(ctx, do, progress, index)
			return nil
		})
	}
	_ = group.Wait() // each run has its own error
	progress.Stop()
	if a.isText() {
		shown.Printf("\n")
	}
}

// among is the command at one of several targets.
func (a *app) among(t target, out, err io.Writer) *app {
	one := *a
	if t.of != nil {
		one = *t.of.app
	}
	one.region, one.found, one.prefix, one.target, one.several = t.region, t.region, t.prefix, t.name, true
	one.inTTY = false
	later := a.err.Style
	later.Dumb = true // nothing moves in what is shown later
	one.out, one.err = term.NewPrinter(out, a.out.Style), term.NewPrinter(err, later)
	return &one
}

func (v *targetRun[T]) run(ctx context.Context, do work[T], progress *term.Progress, index int) {
	started := time.Now()
	progress.Begin(index)
	if v.err = v.target.err; v.err == nil {
		v.answer, v.err = do(ctx, v.app)
	}
	v.code = v.app.conclude(ctx, v.err)
	sign, words := ending(v.code)
	if v.answered() {
		words = v.answer.brief()
	}
	progress.End(index, sign, words, time.Since(started))
}

// ending is how a command ended, in a sign and a word.
func ending(code int) (term.Glyph, string) {
	switch code {
	case exitFine:
		return term.OK, ""
	case exitDiffers:
		return term.Attention, ""
	case exitNotInstalled:
		return term.Quiet, "not installed"
	case exitInterrupted:
		return term.Attention, "interrupted"
	}
	return term.Failed, "failed"
}

// answered reports whether the command came to an answer.
func (v *targetRun[T]) answered() bool { return v.err == nil || errors.Is(v.err, errDiffers) }

// chosenRegions are those of --region, or with --all-regions those where the account, which is told too,
// has an installation, with this prefix unless it is nil.
func (a *app) chosenRegions(ctx context.Context, prefix *string) ([]string, session.Identity, error) {
	if a.chosen != nil {
		return a.chosen.regions, a.chosen.id, nil
	}
	if !a.allRegions {
		for _, region := range a.regions { // before the first call in any of them
			if err := settings.CheckNames(region, aws.ToString(prefix), "", ""); err != nil {
				return nil, session.Identity{}, err
			}
		}
		regions := slices.Clone(a.regions)
		slices.Sort(regions)
		return slices.Compact(regions), session.Identity{}, nil
	}
	if len(a.regions) > 0 {
		return nil, session.Identity{}, &apperr.Error{Code: apperr.CodeInvalid, Message: "--region and --all-regions do not go together", Hints: []string{"give one of them"}}
	}
	s, err := a.open(ctx, "")
	if err != nil {
		return nil, session.Identity{}, err
	}
	regions, err := a.regionsOfRoles(ctx, s, prefix)
	return regions, s.ID, err
}

// regionsOfRoles are the regions in which the account has an installation, as its roles tell.
func (a *app) regionsOfRoles(ctx context.Context, s *connection, prefix *string) ([]string, error) {
	regions, ignored, err := deploy.Regions(ctx, s.clients, s.ID, prefix, a.rolePath)
	for _, role := range ignored {
		a.warn("role " + role + " under " + deploy.Path + " is ignored: its name does not end in a region of partition " + s.ID.Partition)
	}
	return regions, s.SayUnchanged(err)
}

// regionsAtOnce is in how many regions a command looks for what has no role at the same time.
const regionsAtOnce = 8

// regionFlags repeats the Regions that were typed.
func regionFlags(regions []string) string {
	var out strings.Builder
	for _, region := range regions {
		out.WriteString(" --region " + apperr.Quote(region))
	}
	return out.String()
}
