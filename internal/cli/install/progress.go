package install

import (
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
)

// progress shows a plan while it is applied.
type progress struct {
	*term.Progress
	changes []deploy.Change
}

func newProgress(out *term.Printer, changes []deploy.Change) progress {
	steps := make([]term.Step, len(changes))
	for i, change := range changes {
		steps[i] = term.Step{Kind: change.Kind.Words(), Name: show.Title(change.ID)}
	}
	return progress{out.Progress(steps), changes}
}

// report shows an update from deploy.Apply.
func (p progress) report(update deploy.Progress) {
	switch update.Stage {
	case deploy.Begun:
		p.Begin(update.Index)
	case deploy.Waiting:
		p.Wait(update.Index, update.Note)
	case deploy.Done:
		p.End(update.Index, term.OK, show.PastTense(p.changes[update.Index]), update.Elapsed)
	case deploy.Failed:
		p.End(update.Index, term.Failed, "failed", update.Elapsed)
	case deploy.Stopped:
		p.End(update.Index, term.Attention, "interrupted", update.Elapsed)
	}
}
