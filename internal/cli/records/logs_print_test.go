package records

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/history"
)

// recordOf returns a record that is written ms milliseconds after 4:48:49, and ingested by CloudWatch Logs later milliseconds
// after that.
func recordOf(service string, ms, later int, change func(*handler.Record)) history.Entry {
	at := time.Date(2026, 11, 26, 4, 48, 49, ms*int(time.Millisecond), time.UTC)
	e := history.Entry{At: at.Add(time.Duration(later) * time.Millisecond), Record: handler.Record{
		Timestamp: handler.Time{Time: at}, Cluster: "arn:aws:ecs:eu-west-1:111122223333:cluster/batch", Service: service, Level: "INFO",
		TaskARN: "arn:aws:ecs:eu-west-1:111122223333:task/batch/32ee10abcdef0123456789abcdef9e65", Action: handler.ActionSkip, Reason: handler.ReasonControllerUnsupported,
	}}
	if change != nil {
		change(&e.Record)
	}
	return e
}

// forced turns a record into that of a redeployment, with a deployment ID of realistic length.
func forced(r *handler.Record) {
	ms := int64(1900)
	r.Applied, r.Action, r.Reason, r.ECSResponseMS = true, handler.ActionRedeploy, handler.ReasonRedeploy, &ms
	r.DeploymentBefore, r.DeploymentAfter = "ecs-svc/1", "ecs-svc/3682177844533861400"
}

// On a terminal no line is longer than its width, and the ID of a deployment is never shortened. That of a task is, if there
// is no room, to a beginning that --task accepts.
func TestLogsLayout(t *testing.T) {
	for _, test := range []struct {
		width   int
		service string
		change  func(*handler.Record)
		want    string
	}{
		{80, "web", forced, "04:48:49.001  ✓ redeployed  batch/web   after 1.9s   ecs-svc/3682177844533861400"},
		{80, "search", forced, `04:48:49.001  ✓ redeployed  batch/search  after 1.9s
                                                     ecs-svc/3682177844533861400`},
		{80, "search", nil, "04:48:49.001  · skipped     batch/search  controller_unsupported  task 32ee10ab…"},
		{80, "a-very-long-name-of-a-service", nil, `04:48:49.001  · skipped     batch/a-very-long-name-of-a-service
                controller_unsupported     task 32ee10abcdef0123456789abcdef9e65`},
		{60, "a-very-long-name-of-a-service", forced, `04:48:49.001  ✓ redeployed  batch/a-very-lon…me-of-a-service
                after 1.9s       ecs-svc/3682177844533861400`},
		{120, "search", nil, "04:48:49.001  · skipped     batch/search  controller_unsupported                   task 32ee10abcdef0123456789abcdef9e65"},
	} {
		var shown bytes.Buffer
		p := &logPrinter{recordReader: &recordReader{App: &command.App{Out: term.NewPrinter(&shown, term.Style{TTY: true, Width: test.width})}}}
		e := recordOf(test.service, 1, 0, test.change)
		if err := p.print(&e); err != nil {
			t.Fatal(err)
		}
		p.flush()
		_, got, _ := strings.Cut(shown.String(), "\n") // below the date
		if got != test.want+"\n" {
			t.Errorf("%s at %d:\n%s", test.service, test.width, got)
		}
		for line := range strings.Lines(got) {
			if n := term.Width(strings.TrimSuffix(line, "\n")); n > test.width {
				t.Errorf("%d columns of %d: %s", n, test.width, line)
			}
		}
	}
}

// The columns are the same in every line, whatever the names and their order: a name that is too long for its column has the
// rest below it, in a log to the right.
func TestLogsColumns(t *testing.T) {
	names := []string{"web", "worker-of-payments", "api"}
	for _, test := range []struct {
		name  string
		style term.Style
		want  string
	}{
		{"a terminal", term.Style{TTY: true, Width: 80}, `04:48:49.001  · skipped     batch/web   controller_unsupported    task 32ee10ab…
04:48:49.001  · skipped     batch/worker-of-payments
                controller_unsupported     task 32ee10abcdef0123456789abcdef9e65
04:48:49.001  · skipped     batch/api   controller_unsupported    task 32ee10ab…
`},
		{"a narrow terminal", term.Style{TTY: true, Width: 60}, `04:48:49.001  · skipped     batch/web
                controller_unsupported        task 32ee10ab…
04:48:49.001  · skipped     batch/worker-of-payments
                controller_unsupported        task 32ee10ab…
04:48:49.001  · skipped     batch/api
                controller_unsupported        task 32ee10ab…
`},
		{"ASCII", term.Style{TTY: true, Width: 100, ASCII: true}, `04:48:49.001  .    skipped     batch/web                 controller_unsupported     task 32ee10ab...
04:48:49.001  .    skipped     batch/worker-of-payments  controller_unsupported     task 32ee10ab...
04:48:49.001  .    skipped     batch/api                 controller_unsupported     task 32ee10ab...
`},
		{"a log", term.Style{Width: 80}, `04:48:49.001  · skipped     batch/web                     controller_unsupported  task 32ee10abcdef0123456789abcdef9e65
04:48:49.001  · skipped     batch/worker-of-payments      controller_unsupported  task 32ee10abcdef0123456789abcdef9e65
04:48:49.001  · skipped     batch/api                     controller_unsupported  task 32ee10abcdef0123456789abcdef9e65
`},
		{"names that fit", term.Style{TTY: true, Width: 120}, `04:48:49.001  · skipped     batch/web                 controller_unsupported       task 32ee10abcdef0123456789abcdef9e65
04:48:49.001  · skipped     batch/worker-of-payments  controller_unsupported       task 32ee10abcdef0123456789abcdef9e65
04:48:49.001  · skipped     batch/api                 controller_unsupported       task 32ee10abcdef0123456789abcdef9e65
`},
	} {
		var shown bytes.Buffer
		p := &logPrinter{recordReader: &recordReader{App: &command.App{Out: term.NewPrinter(&shown, test.style)}}}
		for _, name := range names {
			e := recordOf(name, 1, 0, nil)
			if err := p.print(&e); err != nil {
				t.Fatal(err)
			}
		}
		p.flush()
		if _, got, _ := strings.Cut(shown.String(), "\n"); got != test.want {
			t.Errorf("%s:\n%s", test.name, got)
		}
	}
}

// Records are printed in the order of their own times, whatever their order in CloudWatch Logs, and without waiting for the
// last of them.
func TestSorter(t *testing.T) {
	var printed []string
	sorted := sorter{emit: func(e *history.Entry) error { printed = append(printed, e.Service); return nil }}
	for _, each := range []struct {
		name      string
		ms, later int
	}{{"third", 28, 2}, {"second", 27, 4}, {"also third", 28, 4}, {"first", 5, 40}, {"late", 9000, 0}} {
		e := recordOf(each.name, each.ms, each.later, nil)
		if err := sorted.add(&e); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := strings.Join(printed, ", "), "first, second, third, also third"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if err := sorted.flush(); err != nil || len(printed) != 5 {
		t.Errorf("%q, %v", printed, err)
	}
}
