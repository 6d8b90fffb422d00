package status

import (
	"context"
	"slices"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// once prints the installations of all Regions together, so that remarks on several of them are printed once.
func (r run) once(ctx context.Context) (err error) {
	defer func() { r.report(err) }()
	if err := r.searchRegions(ctx); err != nil {
		return err
	}
	runs, id, err := command.RunInRegions(ctx, r.App, r.opts.only(), func(ctx context.Context, a *command.App) (statuses, error) {
		return run{App: a, opts: r.opts.at(a), unchecked: r.unchecked}.here(ctx)
	})
	if err != nil {
		return err
	}
	if len(runs) == 1 && !runs[0].App.OneOfSeveral {
		v := runs[0]
		if v.Err != nil && v.App.Account == "" { // it failed before it reached a Region
			return v.Err
		}
		v.App.ErrorsInResult = true
		v.Code = v.App.ReportError(ctx, v.Err)
	}
	for _, v := range runs {
		r.report(v.Err)
	}
	if err := r.show(ctx, runs); err != nil {
		return err
	}
	defer r.PrintEndpointsBelow()
	if nowhereInstalled(runs) {
		return r.errNowhere(ctx, runs, id)
	}
	return command.AlreadyShown(command.WorstExitCode(runs))
}

// show prints the output that was held back, and the result.
func (r run) show(ctx context.Context, runs []*command.TargetRun[statuses]) error {
	origins := map[origin]*command.ConfiguredInstallation{}
	output := Output{r.Version, []deploy.Status{}, []command.RegionError{}, r.unchecked.list(), origins}
	for _, v := range runs {
		if err := v.Show(r.App); err != nil {
			return err
		}
		output.Installations = append(output.Installations, v.Result...)
		for _, status := range v.Result {
			origins[originOf(status)] = v.Installation
		}
		if v.Code == command.ExitError || v.Code == command.ExitInterrupted || v.Code == command.ExitNotInstalled && v.Installation != nil {
			output.Errors = append(output.Errors, v.Failure(ctx))
		}
	}
	if err := r.Deliver(output); err != nil || !r.IsText() {
		return err
	}
	text := textPrinter{r.App, origins}
	text.print(output.Installations)
	text.printAbsent(runs)
	return nil
}

// errNotInRegion returns the error for a Region without a matching installation.
func (r run) errNotInRegion(id session.Identity, others []deploy.Listed) error {
	return r.NotInstalled("status", r.opts.prefix, id.Region, others)
}

// errNowhere returns the error for several Regions without an installation.
func (r run) errNowhere(ctx context.Context, runs []*command.TargetRun[statuses], id session.Identity) error {
	r.ErrorsInResult = true
	if len(runs) == 0 {
		return r.NowhereInstalled(ctx, r.opts.prefix, id)
	}
	return command.Conclude(ctx, r.App, runs)
}

func (r run) here(ctx context.Context) (statuses, error) {
	s, err := r.Open(ctx, r.opts.prefix)
	if err != nil {
		return nil, err
	}
	var days *activityReader
	var onLocated func(resource.Names, *settings.Record)
	if !r.opts.noHistory {
		days = newActivityReader(ctx, s.LogsAPI(), s.LogsRate())
		days.patient = r.Patient
		defer days.stop()
		onLocated = days.start
	}
	survey, err := deploy.Inspect(ctx, s.Clients, s.TagAPI(), s.ID, r.opts.only(), r.opts.names, onLocated)
	if err != nil {
		return nil, r.Hints().AddPolicy("", r.opts.prefix, err)
	}
	all := r.assessAll(ctx, s, survey, days)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err := command.CombineFailures(survey.Failed); err != nil {
		return all, r.Hints().AddPolicy("", r.opts.prefix, err)
	}
	if len(all) == 0 {
		r.addUnchecked(survey.NotChecked...)
		return nil, r.errNotInRegion(s.ID, survey.Others)
	}
	if slices.ContainsFunc(all, func(status deploy.Status) bool { return !status.Healthy }) {
		return all, command.ErrDiffers
	}
	return all, nil
}
