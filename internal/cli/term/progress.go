package term

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// Progress shows steps while they are done: on a terminal a table that is repainted, elsewhere one line for
// each step when it is done.
type Progress struct {
	out  *Printer
	live bool

	mu    sync.Mutex
	rows  []progressRow
	drawn bool
	end   chan struct{}
	ended sync.WaitGroup
}

// Step is one row of a Progress.
type Step struct{ Kind, Name string }

type progressRow struct {
	Step
	begun   time.Time
	note    string
	outcome Glyph
	right   string // once it has ended
}

const repaint = 120 * time.Millisecond

// Progress begins to show steps. It has to be stopped.
func (p *Printer) Progress(steps []Step) *Progress {
	progress := &Progress{out: p, live: p.Live(), end: make(chan struct{})}
	for _, step := range steps {
		progress.rows = append(progress.rows, progressRow{Step: step})
	}
	if progress.live {
		progress.ended.Go(progress.paintUntilEnd)
	}
	return progress
}

// Live reports whether the stream can be repainted.
func (p *Printer) Live() bool { return p.TTY && !p.Dumb }

// Stop paints for the last time.
func (p *Progress) Stop() {
	close(p.end)
	p.ended.Wait()
}

// Begin says that a step is under way, Wait what it waits for.
func (p *Progress) Begin(index int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rows[index].begun = time.Now()
}

// Wait says what a step that was begun waits for.
func (p *Progress) Wait(index int, note string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rows[index].note = note
}

// End says how a step ended, in a word, and how long it took.
func (p *Progress) End(index int, outcome Glyph, word string, took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	row := &p.rows[index]
	row.outcome, row.right = outcome, timed(word, took)
	if !p.live {
		p.out.Println(p.line(*row))
	}
}

func (p *Progress) paintUntilEnd() {
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

func (p *Progress) paint() {
	p.mu.Lock()
	defer p.mu.Unlock()
	var frame strings.Builder
	if p.drawn {
		fmt.Fprintf(&frame, "\x1b[%dA", len(p.rows))
	}
	for _, row := range p.rows {
		fmt.Fprintf(&frame, "\r\x1b[K%s\n", p.line(row))
	}
	p.drawn = true
	p.out.Print(Text{frame.String()})
}

// line is one row as it stands now.
func (p *Progress) line(row progressRow) Text {
	switch {
	case row.right != "":
		return p.out.Row(row.outcome, row.Kind, row.Name, row.right)
	case row.begun.IsZero():
		return p.out.Row(Quiet, row.Kind, row.Name, "pending       ")
	}
	note := row.note
	if note == "" {
		note = "working"
	}
	return p.out.Row(Working, row.Kind, row.Name, timed(note, time.Since(row.begun)))
}

func timed(word string, took time.Duration) string {
	return fmt.Sprintf("%s %6s", word, Seconds(took))
}

// Seconds returns a duration in seconds and tenths.
func Seconds(d time.Duration) string { return fmt.Sprintf("%.1fs", d.Seconds()) }
