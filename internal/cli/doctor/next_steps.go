package doctor

import (
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/doctor"
)

// printNextSteps prints the commands that help with what was found.
func (e textPrinter) printNextSteps() {
	reasons, _ := e.unchecked()
	for _, d := range e.diagnosesByPlace() {
		if severity := d.Worst(); severity == doctor.Error || severity == doctor.Warning {
			at := slices.IndexFunc(d.Findings, func(f doctor.Finding) bool { return f.Ignored == "" })
			show.Hint(e.Out, "spothandler doctor --explain "+d.Findings[at].Code+"   why it matters, and how to fix it")
			break
		}
	}
	if slices.ContainsFunc(reasons, func(why string) bool { return strings.Contains(why, "no permission for ") }) {
		show.Hint(e.Out, "spothandler policy doctor   the least-privilege policy")
	}
	if len(e.installations) == 0 && e.notListed == "" {
		prefix := " --prefix NAME"
		if e.Installation != nil { // the file gives it
			prefix = ""
		}
		show.Hint(e.Out, "spothandler install"+prefix+e.Hints().InstallationFlags("")+"   to redeploy services at an interruption")
		if e.rights != nil && len(e.rights.Denied) > 0 { // the finding is of severity info, and may not be shown
			show.Hint(e.Out, "spothandler policy install"+prefix+"   the required policy: the caller has no permission for "+e.rights.Denied[0])
		}
	}
	if p := e.toRehearse(); p != nil {
		show.Hint(e.Out, "spothandler simulate --cluster "+apperr.Quote(p.Cluster.Name())+" --service "+apperr.Quote(p.Name())+e.Hints().InstallationFlags("")+"   rehearse an interruption")
	}
}

// toRehearse returns the worst service that an installation redeploys, preferably one with several tasks, or nil if there is none.
func (e textPrinter) toRehearse() *serviceResult {
	var found *serviceResult
	for _, p := range e.worstFirst() {
		if p.by != nil && p.isRedeployed() && (found == nil || found.RunningCount < 2 && p.RunningCount > 1) {
			found = p
		}
	}
	return found
}
