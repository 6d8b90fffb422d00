package term

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// Progress shows the progress of steps: on a terminal as a table that is repainted, elsewhere as one line for each completed
// step.
type Progress struct {
	out   *Printer // its lock guards the fields below
	live  bool
	rows  []progressRow
	drawn bool
	end   chan struct{}
	ended sync.WaitGroup
}

// Step is a row of a Progress.
type Step struct{ Kind, Name string }

type progressRow struct {
	Step
	begun   time.Time
	note    string
	outcome Glyph
	right   string // "" until the step has ended
}

const repaint = 120 * time.Millisecond

// Progress starts to show steps. The caller must call Stop. If the terminal has fewer lines than steps, the table is not
// repainted.
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

// Live reports whether the stream is a terminal that can be repainted.
func (p *Printer) Live() bool { return p.TTY && !p.Dumb }

// Stop paints the table for the last time.
func (p *Progress) Stop() {
	close(p.end)
	p.ended.Wait()
	p.out.mu.Lock()
	p.out.live = nil
	p.out.mu.Unlock()
}

// Begin marks a step as started.
func (p *Progress) Begin(index int) {
	p.out.mu.Lock()
	defer p.out.mu.Unlock()
	p.rows[index].begun = time.Now()
}

// Wait shows what a started step is waiting for.
func (p *Progress) Wait(index int, note string) {
	p.out.mu.Lock()
	defer p.out.mu.Unlock()
	p.rows[index].note = note
}

// End marks a step as completed, with its outcome and duration.
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
		_ = p.out.write("") // repaints the table
		select {
		case <-p.end:
			_ = p.out.write("")
			return
		case <-tick.C:
		}
	}
}

// erased returns the control sequence that erases the table. The caller must hold the lock.
func (p *Progress) erased() string {
	if !p.drawn {
		return ""
	}
	p.drawn = false
	return fmt.Sprintf("\x1b[%dA\r\x1b[J", len(p.rows))
}

// painted returns the current table. The caller must hold the lock.
func (p *Progress) painted() string {
	var table strings.Builder
	for _, row := range p.rows {
		table.WriteString(p.line(row).s + "\n")
	}
	p.drawn = true
	return table.String()
}

// line returns a row in its current state.
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

// Seconds returns a duration in seconds with one decimal, such as "1.2s".
func Seconds(d time.Duration) string { return fmt.Sprintf("%.1fs", d.Seconds()) }
