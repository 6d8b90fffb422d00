package cli

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/spothandler/spothandler/internal/deploy"
)

// progress shows a plan being applied: on a terminal a table that is repainted, elsewhere one line for
// each change when it is done.
type progress struct {
	app  *app
	st   style
	live bool

	mu    sync.Mutex
	rows  []progressRow
	drawn bool
	end   chan struct{}
	ended sync.WaitGroup
}

type progressRow struct {
	change  deploy.Change
	stage   deploy.Stage
	begun   time.Time
	note    string
	elapsed time.Duration
}

const repaint = 120 * time.Millisecond

func (a *app) newProgress(changes []deploy.Change) *progress {
	p := &progress{app: a, st: a.errStyle(), live: a.errTTY && !a.several && a.getenv("TERM") != "dumb", end: make(chan struct{})}
	for _, change := range changes {
		p.rows = append(p.rows, progressRow{change: change})
	}
	if p.live {
		p.ended.Go(p.paintUntilEnd)
	}
	return p
}

func (p *progress) paintUntilEnd() {
	tick := time.NewTicker(repaint)
	defer tick.Stop()
	for {
		p.paint()
		select {
		case <-p.end:
			p.paint()
			return
		case <-tick.C:
		}
	}
}

// stop paints for the last time.
func (p *progress) stop() {
	close(p.end)
	p.ended.Wait()
}

// report takes what deploy.Apply tells.
func (p *progress) report(progress deploy.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	row := &p.rows[progress.Index]
	row.stage, row.note, row.elapsed = progress.Stage, progress.Note, progress.Elapsed
	if progress.Stage == deploy.Begun {
		row.begun = time.Now()
	}
	if !p.live && progress.Stage >= deploy.Done {
		fmt.Fprintln(p.app.err, p.line(*row))
	}
}

func (p *progress) paint() {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out strings.Builder
	if p.drawn {
		fmt.Fprintf(&out, "\x1b[%dA", len(p.rows))
	}
	for _, row := range p.rows {
		fmt.Fprintf(&out, "\r\x1b[K%s\n", p.line(row))
	}
	p.drawn = true
	fmt.Fprint(p.app.err, out.String())
}

// line is one row as it stands now.
func (p *progress) line(row progressRow) string {
	kind, name := row.change.Resource.Words(), title(row.change.Resource, row.change.Name)
	switch {
	case row.stage == deploy.Done:
		return p.st.row(glyphOK, kind, name, fmt.Sprintf("%s %6s", pastOf(row.change), seconds(row.elapsed)))
	case row.stage == deploy.Failed:
		return p.st.row(glyphFailed, kind, name, fmt.Sprintf("failed %6s", seconds(row.elapsed)))
	case row.stage == deploy.Stopped:
		return p.st.row(glyphAttention, kind, name, fmt.Sprintf("interrupted %6s", seconds(row.elapsed)))
	case row.begun.IsZero():
		return p.st.row(glyphQuiet, kind, name, "next       ")
	}
	note := row.note
	if note == "" {
		note = "working"
	}
	return p.st.row(glyphWorking, kind, name, fmt.Sprintf("%s %6s", note, seconds(time.Since(row.begun))))
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
