package cli

import (
	"fmt"
	"time"

	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/session"
)

// printRemoval lists what an uninstall takes away.
func (a *app) printRemoval(out *term.Printer, changes []deploy.Change) {
	for _, change := range changes {
		if change.Action == deploy.Update {
			out.Println(out.Row(term.Quiet, change.Kind.Words(), change.Name, "stays, with its logs"))
			continue
		}
		out.Println(out.Row(term.Remove, change.Kind.Words(), title(change.ID), ""))
		if change.Kind == deploy.KindLogGroup {
			out.Printf("%s%s\n", term.Pad("", 4+term.KindWidth), out.Dim("with all its logs; --keep-logs keeps them"))
		}
	}
}

func (a *app) printRemovalPlan(changes []deploy.Change) {
	if a.json() {
		return
	}
	a.printRemoval(a.out, changes)
	a.out.Printf("\n%s\n", planSummary(changes))
	hint(a.out, a.without("--dry-run"))
}

func (a *app) printRemoved(o *uninstallOptions, changes []deploy.Change, took time.Duration) {
	if a.json() {
		return
	}
	st := a.out.Style
	left := "nothing of " + deploy.DisplayPrefix(o.prefix) + " is left here"
	if o.keepLogs {
		left = "only the logs are left here"
	}
	a.out.Printf("\n%s %s\n", st.Glyph(term.OK), st.Green(fmt.Sprintf("Removed%s: %s in %s. Looked again: %s.", a.where(), counts(changes), term.Seconds(took), left)))
}

// printNothingAnywhere is the verdict of an uninstall in all regions: like rm -f it is content.
func (a *app) printNothingAnywhere(prefix string, id session.Identity) error {
	if a.json() {
		return a.out.JSON(results{[]any{}})
	}
	st := a.out.Style
	a.out.Printf("%s Nothing to remove: %s is installed in no region of account %s.\n", st.Glyph(term.OK), deploy.DisplayPrefix(prefix), id.Account)
	return nil
}
