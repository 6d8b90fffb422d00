package doctor

import (
	"fmt"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/services"
)

// readingProgress shows the progress of reading on a terminal.
type readingProgress struct {
	line *term.StatusLine
	end  func()
}

func newReadingProgress(a *command.App) *readingProgress {
	return &readingProgress{a.Err.StatusLine(), a.MuteWaitingOnTerminal()}
}

func (p *readingProgress) show(now services.Progress) {
	p.line.Set(fmt.Sprintf("reading: %d of %s, %d of %s on Spot", now.ClustersRead, term.Plural(now.Clusters, "cluster"), now.ServicesRead, term.Plural(now.Services, "service")))
}

func (p *readingProgress) stop() {
	p.line.Clear()
	p.end()
}
