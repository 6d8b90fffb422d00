package cli

import (
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
)

// progress shows a plan being applied.
type progress struct {
	*term.Progress
	changes []deploy.Change
}

func (a *app) newProgress(changes []deploy.Change) progress {
	steps := make([]term.Step, len(changes))
	for i, change := range changes {
		steps[i] = term.Step{Kind: change.Kind.Words(), Name: title(change.ID)}
	}
	return progress{a.err.Progress(steps), changes}
}

// report takes what deploy.Apply tells.
func (p progress) report(told deploy.Progress) {
	switch told.Stage {
	case deploy.Begun:
		p.Begin(told.Index)
	case deploy.Waiting:
		p.Wait(told.Index, told.Note)
	case deploy.Done:
		p.End(told.Index, term.OK, pastOf(p.changes[told.Index]), told.Elapsed)
	case deploy.Failed:
		p.End(told.Index, term.Failed, "failed", told.Elapsed)
	case deploy.Stopped:
		p.End(told.Index, term.Attention, "interrupted", told.Elapsed)
	}
}

const kept = "kept"

// pastOf is what was done, in a word: a log group that an uninstall leaves is kept.
func pastOf(change deploy.Change) string {
	for _, field := range change.Fields {
		if field.Path == "tags."+deploy.TagKept && field.New != "" {
			return kept
		}
	}
	return past(change.Action)
}
