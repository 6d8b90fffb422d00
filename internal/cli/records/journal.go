package records

import (
	"context"
	"fmt"
	"slices"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/history"
)

// This file is what the commands share that read the function's records: where they are, of which time, and what is
// said where they cannot be read.

// journal is an installation whose records are read.
type journal struct {
	*command.App
	*command.Connection
	*deploy.Located
	asked *addressOptions
	logs  history.LogsAPI
}

// openJournal finds an installation's records. Without --prefix it is the one without a prefix, or the only one there is.
func openJournal(ctx context.Context, a *command.App, o *addressOptions) (*journal, error) {
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
		return nil, a.AddPolicyHint(o.command, o.prefix, err)
	}
	a.Prefix = located.Names.Prefix
	if located.Left {
		a.Warn("the role of " + deploy.DisplayPrefix(a.Prefix) + " is gone: these are the records that are left")
	}
	return &journal{a, s, located, o, s.LogsAPI()}, nil
}

// addressOptions say which installation a command reads the records of.
type addressOptions struct {
	command string // for hints
	prefix  string
	one     bool // a prefix was given
	names   settings.Given
}

// locateOther is for a region that has no installation with the prefix, or none but the log group that is left.
func (o *addressOptions) locateOther(ctx context.Context, a *command.App, s *command.Connection, left *deploy.Located) (*deploy.Located, error) {
	all, notChecked, err := deploy.ListAll(ctx, s.Clients, s.TagAPI(), s.ID, a.RolePath)
	if err != nil {
		return o.alone(a, s, left, err)
	}
	if left != nil && !slices.ContainsFunc(all, func(each deploy.Listed) bool { return each.Prefix != o.prefix }) {
		return left, nil
	}
	if meant := o.meant(all, left); meant != nil {
		found, err := deploy.Locate(ctx, s.Clients, s.ID, meant.Prefix, meant.Given)
		if found != nil || err != nil {
			return found, err
		}
	}
	for _, each := range notChecked {
		a.Warn(each.String())
	}
	return nil, a.NotInstalled(o.command, o.prefix, s.ID.Region, all)
}

// meant is the one of all installations whose records are asked for; nil where that is not clear.
func (o *addressOptions) meant(all []deploy.Listed, left *deploy.Located) *deploy.Listed {
	switch at := slices.IndexFunc(all, func(each deploy.Listed) bool { return each.Prefix == o.prefix }); {
	case at >= 0 && left == nil:
		return &all[at]
	case at >= 0, o.one, len(all) != 1, left != nil && !left.Kept:
		return nil
	}
	return &all[0]
}

// alone is for a caller who may not list the installations.
func (o *addressOptions) alone(a *command.App, s *command.Connection, left *deploy.Located, err error) (*deploy.Located, error) {
	switch {
	case !apperr.IsAccessDenied(err):
		return nil, err
	case left != nil:
		return left, nil
	case o.one:
		return nil, a.NotInstalled(o.command, o.prefix, s.ID.Region, nil)
	}
	a.Warn(deploy.NotChecked{What: "which installations there are", Why: apperr.WhyNot(err)}.String())
	return nil, command.NotInstalledError(deploy.DisplayPrefix(o.prefix)+" is not installed in "+s.ID.Region, "spothandler "+o.command+a.InstallationFlags("")+" --prefix NAME")
}

// read reads records, and says on a terminal how far it is. Printed says that the records are printed as they come, which may be
// to the same terminal, if only through a pipe.
// It returns how many lines are none of the function's.
func (j *journal) read(ctx context.Context, query history.Query, printed bool, keep func(history.Entry) error) (passedOver int, err error) {
	line := j.Err.StatusLine()
	defer line.Clear()
	query.Limiter = j.LogsRate(j.ID)
	query.Progress = func(p history.Progress) {
		if !printed || p.Records == 0 { // else the records themselves show it
			line.Set(readSoFar(p))
		}
	}
	return history.Read(ctx, j.logs, query, func(e history.Entry) error {
		if printed {
			line.Clear()
		}
		return keep(e)
	})
}

// readSoFar says how much of a period was read.
func readSoFar(p history.Progress) string {
	text := "reading the records: " + term.Plural(p.Records, "record")
	if p.Windows > 1 {
		text += fmt.Sprintf(" in %d%% of the period", 100*p.WindowsRead/p.Windows)
	}
	return text
}

// renewed reads the credentials anew, which only a process that ends soon can do without.
func (j *journal) renewed(ctx context.Context) (history.LogsAPI, error) {
	j.ForgetCredentials()
	s, err := j.Open(ctx, j.Names.Prefix)
	if err != nil {
		return nil, err
	}
	return s.LogsAPI(), nil
}

// unreadable explains why records could not be read.
func (j *journal) unreadable(err error) error {
	group := j.Names.LogGroup
	switch {
	case apperr.IsNotFound(err):
		return &apperr.Error{
			Code:    "log_group_missing",
			Message: "log group " + group + " is gone, and the records in it",
			Detail:  []string{"Until it is back, the function records nothing, and cannot keep several invocations from redeploying the same service."},
			Hints:   []string{"spothandler install" + j.InstallationFlags(j.Names.Prefix) + "   creates it again"}, Err: err,
		}
	case apperr.Says(err, "KMS", "kms:"):
		return &apperr.Error{
			Code: apperr.CodeAccessDenied, Message: "reading log group " + group + ": its KMS key may not be used",
			Detail: []string{fmt.Sprintf("AWS adds: %q.", apperr.Plain(err))},
			Hints:  []string{"allow the caller kms:Decrypt with the key, in the key's policy"}, Err: err,
		}
	}
	explained := apperr.Explain("reading log group "+group, j.ID.Caller, err)
	return j.AddPolicyHint(j.asked.command, j.Names.Prefix, explained)
}

// only is the one prefix to look for; nil is any.
func (o *addressOptions) only() *string {
	if o.one {
		return &o.prefix
	}
	return nil
}

// at is the address of one of several installations of a file.
func (o addressOptions) at(a *command.App) addressOptions {
	if a.Installation != nil {
		o.prefix, o.one, o.names = a.Installation.Prefix(), true, a.Installation.Given
	}
	return o
}
