package install

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// installRun is one run of install or upgrade.
type installRun struct {
	*command.App
	opts  *options
	given settings.Given
	reset bool // --reset, or implied by --config
}

// installJob is an install in one Region, with what was found and planned.
type installJob struct {
	*installRun
	*command.Connection
	*deploy.Install
	started  time.Time
	warnings []string
}

// prepare plans the install. It asks before it takes over resources that are not ours.
func (j *installJob) prepare(ctx context.Context) (err error) {
	j.Install, err = deploy.PrepareInstall(ctx, j.Clients, j.ID, deploy.InstallRequest{
		Prefix: j.opts.prefix, Given: j.given, Reset: j.reset, Adopt: j.opts.adopt,
		AllowDowngrade: j.opts.allowDowngrade, Upgrade: j.opts.upgrade,
		Clusters: j.ClusterAPI(), Version: j.Version, Release: j.releaseFor, Warn: j.addWarning,
	})
	if absent, ok := errors.AsType[*deploy.NotInstalledError](err); ok {
		return j.nothingToUpgrade(absent)
	}
	if err != nil || j.DryRun || len(j.Changes) == 0 {
		return err
	}
	return j.confirmAdoption(ctx)
}

func (j *installJob) releaseFor(architecture string) (resource.Release, error) {
	return command.ReleaseFor(j.Version, architecture)
}

// nothingToUpgrade returns the error for a prefix that is not installed. It names the existing installations if the caller
// may list them.
func (j *installJob) nothingToUpgrade(absent *deploy.NotInstalledError) error {
	if absent.Err != nil && !apperr.IsAccessDenied(absent.Err) {
		return absent.Err
	}
	if absent.Err != nil {
		return j.NotInstalledUnlisted(j.opts.prefix, j.ID.Region)
	}
	verdict := j.NotInstalled("upgrade", j.opts.prefix, j.ID.Region, absent.Others)
	if len(absent.Others) > 1 && j.Sources.PrefixOrigin == "" {
		verdict.Hints = append(verdict.Hints, "spothandler upgrade --all"+j.Hints().InstallationFlags("")+"   upgrades all of them")
	}
	return verdict
}

// output returns what was found and planned, before anything is applied.
func (j *installJob) output() (installOutput, error) {
	status, err := deploy.Assess(j.Found, j.Release, j.Others)
	if err != nil {
		return installOutput{}, err
	}
	status.Warnings = append(append([]string{}, j.warnings...), status.Warnings...)
	status.Spec, status.Settings = j.Spec, settings.JSON(j.Spec) // also in a dry run, which records nothing
	status.NotChecked = append(status.NotChecked, j.NotChecked...)
	j.ClusterCheck.Add(&status)
	return installOutput{status, append([]resource.Change{}, j.Changes...), false, j.notes(status)}, nil
}

// conclude prints and returns what was done or, in a dry run, what would be done.
func (j *installJob) conclude() (installOutput, error) {
	output, err := j.output()
	if err != nil {
		return installOutput{}, err
	}
	output.Applied = !j.DryRun && len(j.Changes) > 0
	if j.IsText() {
		j.print(output.Installation, time.Since(j.started))
	}
	if j.DryRun && j.opts.detailed && len(j.Changes) > 0 {
		return output, command.ErrDiffers
	}
	return output, nil
}

// addWarning prints a warning immediately, and keeps it for the JSON output.
func (j *installJob) addWarning(warning string) {
	j.Warn(warning)
	j.warnings = append(j.warnings, warning)
}

func (j *installJob) print(status deploy.Status, took time.Duration) {
	if j.DryRun {
		j.printDryRun(status)
	} else {
		j.printInstalled(status, took)
	}
}

// hintBoundary adds to the error about a permissions boundary that does not exist the commands that create it.
func (j *installJob) hintBoundary(err error) error {
	var known *apperr.Error
	boundary := j.Spec.Boundary
	if boundary == "" || !errors.As(err, &known) || !slices.ContainsFunc(known.Hints, func(hint string) bool { return strings.HasPrefix(hint, "--permissions-boundary ") }) ||
		!apperr.IsNotFound(known.Err) {
		return err
	}
	explained := *known
	explained.Hints = append([]string{
		"spothandler policy boundary" + j.Hints().InstallationFlags(j.opts.prefix) + " > boundary.json",
		"aws iam create-policy --policy-name " + apperr.Quote(boundary[strings.LastIndexByte(boundary, '/')+1:]) + " --policy-document file://boundary.json",
	}, known.Hints...)
	return &explained
}

// hintRestore adds to the error about a setting that AWS rejected after it was recorded the command that restores the
// previous value. Until then status reports a difference.
func (j *installJob) hintRestore(err error) error {
	var known *apperr.Error
	if !j.Wrote() || !errors.As(err, &known) {
		return err
	}
	explained := *known
	for _, hint := range known.Hints {
		word, _, _ := strings.Cut(hint, " ")
		flag, isFlag := strings.CutPrefix(word, "--")
		if before := j.Before(flag); isFlag && before != "" {
			explained.Hints = append(slices.Clone(explained.Hints), "spothandler install"+j.Hints().InstallationFlags(j.opts.prefix)+" "+before+"   restores the previous value")
		}
	}
	return &explained
}
