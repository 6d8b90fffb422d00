package cli

import (
	"fmt"
	"time"

	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/session"
)

func (r *removal) printDryRun() {
	if !r.app.isText() {
		return
	}
	show.Removal(r.out, r.answer.Changes)
	r.out.Printf("\n%s\n", show.PlanSummary(r.answer.Changes))
	show.Hint(r.out, r.without("--dry-run"))
}

func (r *removal) printRemoved(took time.Duration) {
	if !r.app.isText() {
		return
	}
	left := "nothing is left"
	if r.asked.keepLogs {
		left = "only the logs are left"
	}
	r.out.Printf("\n%s", r.out.Success(fmt.Sprintf("Removed%s: %s in %s. Checked again: %s.", r.which(), show.Counts(r.answer.Changes), term.Seconds(took), left)))
}

func (r *removal) printNothing(others []deploy.Listed) {
	r.out.Print(r.out.Success(fmt.Sprintf("Nothing to remove: %s is not installed in %s.", deploy.DisplayPrefix(r.asked.prefix), r.ID.Region)))
	if len(others) == 0 {
		return
	}
	sentence, hints := r.app.nameOthers("uninstall", others)
	r.out.Print(r.out.Paragraph("  ", sentence))
	for _, each := range hints {
		show.Hint(r.out, each)
	}
}

// nothingAnywhere is the verdict of an uninstall in all regions: like rm -f it is content.
func (u uninstallRun) nothingAnywhere(id session.Identity) error {
	if !u.app.isText() {
		return u.app.deliver(results{[]any{}})
	}
	u.out.Print(u.out.Success(fmt.Sprintf("Nothing to remove: %s is not installed in any Region of account %s.", deploy.DisplayPrefix(u.asked.prefix), id.Account)))
	return nil
}

// uninstallResult is uninstall's answer at one of several targets.
type uninstallResult struct {
	place
	uninstallAnswer
}

func (u uninstallResult) printMarkdown(out *term.Printer) {
	u.place.printMarkdown(out)
	u.printBody(out)
}

func (u uninstallAnswer) printMarkdown(out *term.Printer) {
	u.where.printMarkdown(out)
	u.printBody(out)
}

func (u uninstallAnswer) printBody(out *term.Printer) {
	show.ChangesMarkdown(out, u.Changes, u.Applied)
	show.NotesMarkdown(out, u.Warnings, nil)
}
