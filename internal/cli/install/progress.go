package install

import (
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy/resource"
)

// progress shows a plan while it is applied.
type progress struct {
	*term.Progress
	changes []resource.Change
}

func newProgress(out *term.Printer, changes []resource.Change) progress {
	steps := make([]term.Step, len(changes))
	for i, change := range changes {
		steps[i] = term.Step{Kind: change.Kind.Words(), Name: show.Title(change.ID)}
	}
	return progress{out.Progress(steps), changes}
}

// report shows an update from resource.Apply.
func (p progress) report(update resource.Progress) {
	switch update.Stage {
	case resource.Begun:
		p.Begin(update.Index)
	case resource.Waiting:
		p.Wait(update.Index, update.Note)
	case resource.Done:
		p.End(update.Index, term.OK, show.PastTense(p.changes[update.Index]), update.Elapsed)
	case resource.Failed:
		p.End(update.Index, term.Failed, "failed", update.Elapsed)
	case resource.Stopped:
		p.End(update.Index, term.Attention, "interrupted", update.Elapsed)
	}
}
