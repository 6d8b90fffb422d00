package cli

import (
	"fmt"
	"io"
	"time"

	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/session"
)

// printRemoval lists what an uninstall takes away.
func (a *app) printRemoval(out io.Writer, st style, changes []deploy.Change) {
	for _, change := range changes {
		if change.Action == deploy.Update {
			fmt.Fprintln(out, st.row(glyphQuiet, change.Resource.Words(), change.Name, "stays, with its logs"))
			continue
		}
		fmt.Fprintln(out, st.row(glyphRemove, change.Resource.Words(), title(change.Resource, change.Name), ""))
		if change.Resource == deploy.KindLogGroup {
			fmt.Fprintf(out, "%s%s\n", pad("", 4+kindWidth), st.dim("with all its logs; --keep-logs keeps them"))
		}
	}
}

func (a *app) printRemovalPlan(changes []deploy.Change) error {
	if a.json() {
		return a.printJSON(uninstallAnswer{Changes: nonNil(changes)})
	}
	st := a.outStyle()
	a.printRemoval(a.out, st, changes)
	fmt.Fprintf(a.out, "\n%s\n  %s %s\n", planSummary(changes), st.glyph(glyphNext), a.without("--dry-run"))
	return nil
}

func (a *app) printRemoved(o *uninstallOptions, changes []deploy.Change, took time.Duration) error {
	if a.json() {
		return a.printJSON(uninstallAnswer{nonNil(changes), true})
	}
	st := a.outStyle()
	left := "nothing of " + deploy.DisplayPrefix(o.prefix) + " is left here"
	if o.keepLogs {
		left = "only the logs are left here"
	}
	fmt.Fprintf(a.out, "\n%s %s\n", st.glyph(glyphOK), st.green(fmt.Sprintf("Removed%s: %s in %s. Looked again: %s.", a.where(), counts(changes), seconds(took), left)))
	return nil
}

// printNothingAnywhere is the verdict of an uninstall in all regions: like rm -f it is content.
func (a *app) printNothingAnywhere(prefix string, id session.Identity) error {
	if a.json() {
		return a.printVisits(nil)
	}
	st := a.outStyle()
	fmt.Fprintf(a.out, "%s Nothing to remove: %s is installed in no region of account %s.\n", st.glyph(glyphOK), deploy.DisplayPrefix(prefix), id.Account)
	return nil
}
