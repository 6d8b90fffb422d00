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
	out   *Printer // whose lock guards the rest
	live  bool
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

// Progress begins to show steps. It has to be stopped. More steps than the terminal has lines are not repainted.
func (p *Printer) Progress(steps []Step) *Progress {
	progress := &Progress{out: p, live: p.Live() && (p.Height == 0 || len(steps) < p.Height), end: make(chan struct{})}
	for _, step := range steps {
		progress.rows = append(progress.rows, progressRow{Step: step})
	}
	if progress.live {
		p.mu.Lock()
		p.live = progress
		p.mu.Unlock()
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
	p.out.mu.Lock()
	p.out.live = nil
	p.out.mu.Unlock()
}

// Begin says that a step is under way.
func (p *Progress) Begin(index int) {
	p.out.mu.Lock()
	defer p.out.mu.Unlock()
	p.rows[index].begun = time.Now()
}

// Wait says what a step that was begun waits for.
func (p *Progress) Wait(index int, note string) {
	p.out.mu.Lock()
	defer p.out.mu.Unlock()
	p.rows[index].note = note
}

// End says how a step ended, in a word, and how long it took.
func (p *Progress) End(index int, outcome Glyph, word string, took time.Duration) {
	p.out.mu.Lock()
	row := &p.rows[index]
	row.outcome, row.right = outcome, timed(word, took)
	line := p.line(*row)
	p.out.mu.Unlock()
	if !p.live {
		p.out.Println(line)
	}
}

func (p *Progress) paintUntilEnd() {
	tick := time.NewTicker(repaint)
	defer tick.Stop()
	for {
		_ = p.out.write("") // which paints it anew
		select {
		case <-p.end:
			_ = p.out.write("")
			return
		case <-tick.C:
		}
	}
}

// erased moves over the table that was painted last. The lock must be held.
func (p *Progress) erased() string {
	if !p.drawn {
		return ""
	}
	p.drawn = false
	return fmt.Sprintf("\x1b[%dA\r\x1b[J", len(p.rows))
}

// painted is the table as it stands now. The lock must be held.
func (p *Progress) painted() string {
	var table strings.Builder
	for _, row := range p.rows {
		table.WriteString(p.line(row).s + "\n")
	}
	p.drawn = true
	return table.String()
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
