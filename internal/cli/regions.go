package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// inRegions does a command in every region that was asked for, side by side: one report in the order
// of the regions, one region's failure not stopping the others, and the worst exit code. Where there is
// no region to do it in, nowhere is done instead.
func (a *app) inRegions(ctx context.Context, prefix *string, nowhere func(session.Identity) error, do func(context.Context, *app) error) error {
	regions, id, err := a.chosenRegions(ctx, prefix)
	if err != nil {
		return err
	}
	if a.allRegions && len(regions) == 0 {
		return nowhere(id)
	}
	if len(regions) < 2 && (!a.allRegions || !a.json()) { // whose answer has one form, however many there are
		one := *a
		one.region = slices.Concat(regions, []string{""})[0]
		return do(ctx, &one)
	}
	if err := a.findCredentials(ctx); err != nil { // once, and not in each region
		return err
	}
	visits := make([]*visit, len(regions))
	var group sync.WaitGroup
	for index, region := range regions {
		visits[index] = a.visit(region)
		group.Go(func() { visits[index].run(ctx, do) })
	}
	group.Wait()
	return a.report(visits)
}

// chosenRegions are those of --region, or with --all-regions those where the account, which is told too,
// has an installation, with this prefix unless it is nil.
func (a *app) chosenRegions(ctx context.Context, prefix *string) ([]string, session.Identity, error) {
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
	regions, ignored, err := deploy.Regions(ctx, s.clients, s.id, prefix)
	for _, role := range ignored {
		a.warn("role " + role + " under " + deploy.Path + " is ignored: its name does not end in a region of partition " + s.id.Partition)
	}
	return regions, s.id, s.SayUnchanged(err)
}

// visit is a command in one of several regions. What it prints is held back until all are done.
type visit struct {
	app      *app
	out, err bytes.Buffer
	code     int
}

func (a *app) visit(region string) *visit {
	v := &visit{}
	one := *a
	one.region, one.several = region, true
	one.inTTY = false
	out, err := a.out.Style, a.err.Style
	err.Dumb = true // nothing moves in what is shown later
	one.out, one.err = term.NewPrinter(&v.out, out), term.NewPrinter(&v.err, err)
	v.app = &one
	return v
}

func (v *visit) run(ctx context.Context, do func(context.Context, *app) error) {
	v.code = v.app.conclude(ctx, do(ctx, v.app))
}

// visitsError carries the worst exit code; everything was printed already.
type visitsError struct{ code int }

func (e *visitsError) Error() string {
	return fmt.Sprintf("the worst exit code of the regions is %d", e.code)
}

func (a *app) report(visits []*visit) error {
	worst := exitFine
	for index, v := range visits {
		worst = worse(worst, v.code)
		if index > 0 && !a.json() {
			v.firstStream(a).Printf("\n")
		}
		if _, err := io.Copy(a.Streams.err, &v.err); err != nil {
			return err
		}
		if a.json() {
			continue
		}
		if _, err := io.Copy(a.Streams.out, &v.out); err != nil {
			return err
		}
	}
	if a.json() {
		if err := a.printVisits(visits); err != nil {
			return err
		}
	}
	if worst == exitFine {
		return nil
	}
	return &visitsError{worst}
}

// firstStream is where the block of a region begins.
func (v *visit) firstStream(a *app) *term.Printer {
	if v.err.Len() > 0 {
		return a.err
	}
	return a.out
}

// worse orders exit codes: 130, 1, 2, 3, 0.
func worse(a, b int) int {
	for _, code := range []int{exitInterrupted, exitError, exitDiffers, exitNotInstalled} {
		if a == code || b == code {
			return code
		}
	}
	return exitFine
}

// visitsAnswer is the JSON of a command in several regions.
type visitsAnswer struct {
	Regions []visitAnswer `json:"regions"`
}

type visitAnswer struct {
	Region   string          `json:"region"`
	ExitCode int             `json:"exit_code"`
	Result   json.RawMessage `json:"result"` // what the command answers in one region; null where it answers nothing
}

func (a *app) printVisits(visits []*visit) error {
	answer := visitsAnswer{Regions: []visitAnswer{}}
	for _, v := range visits {
		result := json.RawMessage(bytes.TrimSpace(v.out.Bytes()))
		if len(result) == 0 {
			result = json.RawMessage("null")
		}
		answer.Regions = append(answer.Regions, visitAnswer{v.app.region, v.code, result})
	}
	return a.out.JSON(answer)
}
