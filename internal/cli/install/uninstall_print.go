package install

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/session"
)

func (r *removal) printDryRun() {
	if !r.IsText() {
		return
	}
	show.Removal(r.Out, r.output.Changes)
	r.Out.Printf("\n%s", r.Out.Line("", show.PlanSummary(r.output.Changes), r.Out.Unpainted))
	show.Hint(r.Out, r.Hints().CommandLineWithout("--dry-run"))
}

func (r *removal) printRemoved(took time.Duration) {
	if !r.IsText() {
		return
	}
	remains := r.remains()
	if onlyLogs := len(r.output.Remaining) == 1 && r.output.Remaining[0].Kind == resource.KindLogGroup; onlyLogs && r.opts.keepLogs {
		remains = "only the logs remain"
	}
	r.Out.Printf("\n%s", r.Out.Success(fmt.Sprintf("Removed%s: %s in %s. Verified: %s.", r.TargetSuffix(), show.Counts(r.output.Changes), term.Seconds(took), remains)))
	for _, change := range r.output.Changes {
		if change.Kind == resource.KindLogGroup && change.Action == resource.Update {
			r.hintLogs(r.Out, change.Name)
		}
	}
}

// hintLogs prints how to delete a log group that was kept.
func (r *removal) hintLogs(out *term.Printer, group string) {
	show.Hint(out, fmt.Sprintf("aws logs delete-log-group --region %s --log-group-name %s   deletes the logs", r.ID.Region, group))
}

// remains says which resources under the installation's names are not removed.
func (r *removal) remains() string {
	switch names := r.output.remainingNames(); len(names) {
	case 0:
		return "nothing remains"
	case 1:
		return names[0] + " remains"
	default:
		return strings.Join(names, ", ") + " remain"
	}
}

func (u uninstallOutput) remainingNames() []string {
	var names []string
	for _, id := range u.Remaining {
		names = append(names, id.String())
	}
	return names
}

func (r *removal) printNothing(others []deploy.Listed) {
	r.Out.Print(r.Out.Success(fmt.Sprintf("Nothing to remove: %s is not installed in %s.", deploy.DisplayPrefix(r.opts.prefix), r.ID.Region)))
	if len(others) == 0 {
		return
	}
	uninstallRun{r.App, r.opts}.printOthers(r.Hints().DescribeOthers("uninstall", r.opts.prefix, others))
}

// printOthers prints which installations there are, and how to remove them.
func (u uninstallRun) printOthers(sentence string, hints []string) {
	u.Out.Print(u.Out.Paragraph("  ", sentence))
	for _, each := range hints {
		show.Hint(u.Out, each)
	}
}

// nothingAnywhere reports that there is nothing to remove in any Region, which is not an error.
func (u uninstallRun) nothingAnywhere(ctx context.Context, id session.Identity) error {
	others, _, err := u.Elsewhere(ctx, u.opts.prefix)
	if err != nil {
		return err
	}
	if near := command.NearestPrefix(u.opts.prefix, others); near != "" {
		u.Warn("there is no installation " + deploy.DisplayPrefix(u.opts.prefix) + "; the nearest name is " + near)
	}
	if !u.IsText() {
		return u.Deliver(command.Results{Results: []any{}})
	}
	u.Out.Print(u.Out.Success(fmt.Sprintf("Nothing to remove: %s is not installed in any Region of account %s.", deploy.DisplayPrefix(u.opts.prefix), id.Account)))
	if len(others) > 0 {
		u.printOthers(u.Hints().DescribeElsewhere("uninstall", u.opts.prefix, others))
	}
	return nil
}

// uninstallResult is the JSON output of uninstall at one of several targets.
type uninstallResult struct {
	command.Location
	uninstallOutput
}

func (u uninstallResult) PrintMarkdown(out *term.Printer) {
	u.Location.PrintMarkdown(out)
	u.printBody(out)
}

func (u uninstallOutput) PrintMarkdown(out *term.Printer) {
	u.where.PrintMarkdown(out)
	u.printBody(out)
}

func (u uninstallOutput) printBody(out *term.Printer) {
	show.ChangesMarkdown(out, u.Changes, u.Applied)
	show.NotesMarkdown(out, u.Warnings, nil)
	if names := u.remainingNames(); len(names) > 0 {
		out.Printf("\nNot removed: %s\n", show.InMarkdown(strings.Join(names, ", ")))
	}
}
