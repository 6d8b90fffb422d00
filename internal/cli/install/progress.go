package install

import (
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
)

// progress shows a plan being applied.
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

// report takes what deploy.Apply tells.
func (p progress) report(told deploy.Progress) {
	switch told.Stage {
	case deploy.Begun:
		p.Begin(told.Index)
	case deploy.Waiting:
		p.Wait(told.Index, told.Note)
	case deploy.Done:
		p.End(told.Index, term.OK, show.PastTense(p.changes[told.Index]), told.Elapsed)
	case deploy.Failed:
		p.End(told.Index, term.Failed, "failed", told.Elapsed)
	case deploy.Stopped:
		p.End(told.Index, term.Attention, "interrupted", told.Elapsed)
	}
}
