package records

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/history"
)

// recordReader reads the records of one installation. The commands logs and report share it.
type recordReader struct {
	*command.App
	*command.Connection
	*deploy.Located
	opts *addressOptions
	logs history.LogsAPI
}

// openRecords finds the records of an installation: without --prefix, of the one without a prefix or else the only one.
func openRecords(ctx context.Context, a *command.App, o *addressOptions) (*recordReader, error) {
	s, err := a.Open(ctx, o.prefix)
	if err != nil {
		return nil, err
	}
	a.PrintEndpoints()
	located, err := deploy.Locate(ctx, s.Clients, s.ID, o.prefix, o.names)
	if err == nil && (located == nil || located.Left && !o.one) {
		located, err = o.locateOther(ctx, a, s, located)
	}
	if err != nil {
		return nil, a.Hints().AddPolicy(o.command, o.prefix, err)
	}
	a.Prefix = located.Names.Prefix
	if located.Left {
		a.Warn(withoutRole(located))
	}
	return &recordReader{a, s, located, o, s.LogsAPI()}, nil
}

// withoutRole returns why an installation has records and no role.
func withoutRole(located *deploy.Located) string {
	switch name, role := deploy.DisplayPrefix(located.Names.Prefix), located.Role; {
	case located.Kept:
		return name + " was uninstalled, and its log group was kept: these are its records"
	case role == nil:
		return "the role of " + name + " was deleted: these are its remaining records"
	case role.Lost != "":
		return fmt.Sprintf("%s %s; if it belongs to this installation, this restores it: %s", role, role.Lost, role.Restore)
	default:
		return fmt.Sprintf("%s: these are the remaining records of %s", role.Describe(), name)
	}
}

// addressOptions are the options that select the installation.
type addressOptions struct {
	command string // name of the command, for hints
	prefix  string
	one     bool // a prefix was given
	names   settings.Given
}

// locateOther locates the records if the Region has no installation with the prefix, or only its log group remains.
func (o *addressOptions) locateOther(ctx context.Context, a *command.App, s *command.Connection, left *deploy.Located) (*deploy.Located, error) {
	all, notChecked, err := deploy.ListAll(ctx, s.Clients, s.TagAPI(), s.ID, a.RolePath)
	if err != nil {
		return o.withoutList(a, s, left, err)
	}
	if left != nil && !slices.ContainsFunc(all, func(each deploy.Listed) bool { return each.Prefix != o.prefix }) {
		return left, nil
	}
	if match := o.match(all, left); match != nil {
		found, err := deploy.Locate(ctx, s.Clients, s.ID, match.Prefix, match.Given)
		if found != nil || err != nil {
			return found, err
		}
	}
	for _, each := range notChecked {
		a.Warn(each.String())
	}
	return nil, a.NotInstalled(o.command, o.prefix, s.ID.Region, all)
}

// match returns the installation whose records are to be read, or nil if that is ambiguous.
func (o *addressOptions) match(all []deploy.Listed, left *deploy.Located) *deploy.Listed {
	switch at := slices.IndexFunc(all, func(each deploy.Listed) bool { return each.Prefix == o.prefix }); {
	case at >= 0 && left == nil:
		return &all[at]
	case at >= 0, o.one, len(all) != 1, left != nil && !left.Kept:
		return nil
	}
	return &all[0]
}

// withoutList locates the records for a caller that may not list the installations.
func (o *addressOptions) withoutList(a *command.App, s *command.Connection, left *deploy.Located, err error) (*deploy.Located, error) {
	switch {
	case !apperr.IsAccessDenied(err):
		return nil, err
	case left != nil:
		return left, nil
	case o.one:
		return nil, a.NotInstalledUnlisted(o.prefix, s.ID.Region)
	}
	a.Warn(resource.NotChecked{What: "existing installations", Why: apperr.WhyNot(err)}.String())
	return nil, command.NotInstalledError(deploy.DisplayPrefix(o.prefix)+" is not installed in "+s.ID.Region, "spothandler "+o.command+a.Hints().InstallationFlags("")+" --prefix NAME")
}

// read calls keep for each record, and shows its progress on a terminal. If printing is not nil, keep prints the records, perhaps
// to the same terminal through a pipe, and no progress is shown once printing reports true. read returns the number of lines that
// the function did not write.
func (r *recordReader) read(ctx context.Context, query history.Query, printing func() bool, keep func(history.Entry) error) (ignored int, err error) {
	line := r.Err.StatusLine()
	defer line.Clear()
	query.Limiter = r.LogsRate()
	query.Progress = func(p history.Progress) {
		if printing == nil || !printing() { // else the records themselves show it
			line.Set(readSoFar(p))
		}
	}
	return history.Read(ctx, r.logs, query, func(e history.Entry) error {
		if printing != nil {
			line.Clear()
		}
		return keep(e)
	})
}

// readSoFar describes how much of the period has been read.
func readSoFar(p history.Progress) string {
	text := "reading the records: " + term.Plural(p.Records, "record")
	if p.Windows > 1 {
		text += fmt.Sprintf(" in %d%% of the period", 100*p.WindowsRead/p.Windows)
	}
	return text
}

// renew returns a client with fresh credentials, which a long-running process needs.
func (r *recordReader) renew(ctx context.Context) (history.LogsAPI, error) {
	r.ForgetCredentials()
	s, err := r.Open(ctx, r.Names.Prefix)
	if err != nil {
		return nil, err
	}
	return s.LogsAPI(), nil
}

// explain returns the error to show if records could not be read.
func (r *recordReader) explain(err error) error {
	group := r.Names.LogGroup
	switch {
	case apperr.IsNotFound(err):
		return &apperr.Error{
			Code:    "log_group_missing",
			Message: "log group " + group + " does not exist, so there are no records",
			Detail:  []string{"Until it is recreated, the function records nothing and cannot keep concurrent invocations from redeploying the same service."},
			Hints:   []string{"spothandler install" + r.Hints().InstallationFlags(r.Names.Prefix) + "   recreates it"}, Err: err,
		}
	case apperr.Says(err, "KMS", "kms:"):
		return &apperr.Error{
			Code: apperr.CodeAccessDenied, Message: "reading log group " + group + ": its KMS key cannot be used",
			Detail: []string{apperr.AWSReports(apperr.Plain(err))},
			Hints:  []string{"allow the caller kms:Decrypt in the key's policy"}, Err: err,
		}
	}
	explained := apperr.Explain("reading log group "+group, r.ID.Caller, err)
	return r.Hints().AddPolicy(r.opts.command, r.Names.Prefix, explained)
}

// only returns the prefix that was given, or nil for any.
func (o *addressOptions) only() *string {
	if o.one {
		return &o.prefix
	}
	return nil
}

// at returns the options for one of several installations of a configuration file.
func (o addressOptions) at(a *command.App) addressOptions {
	if a.Installation != nil {
		o.prefix, o.one, o.names = a.Installation.Prefix(), true, a.Installation.Given
	}
	return o
}

// sum summarizes the records of a period.
func (r *recordReader) sum(ctx context.Context, from, to time.Time) (history.Report, error) {
	collector := &history.Collector{}
	query := history.Query{LogGroup: r.Names.LogGroup, From: from, To: to.Add(history.Skew)}
	ignored, err := r.read(ctx, query, nil, func(e history.Entry) error {
		collector.Add(&e)
		return nil
	})
	if err != nil {
		return history.Report{}, r.explain(err)
	}
	collector.Interruptions()
	if err := history.FindOutcomes(ctx, ecs.NewFromConfig(r.Config), collector.Redeployments); err != nil {
		return history.Report{}, err
	}
	sums := history.Summarize(collector, from, to)
	sums.LinesIgnored = ignored
	return sums, nil
}
