package storm_test

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/handler/handlertest"
)

// outage is a time, from 0 s on, in which AWS answers calls with faults.
type outage struct {
	lasts      time.Duration
	operations []string // that it concerns
	fault      handlertest.Fault
}

func (o outage) String() string {
	return fmt.Sprintf("%s of %s, %+v", o.lasts, strings.Join(o.operations, " and "), o.fault)
}

// notices are the times, from the outage's begin, at which the events of one
// interrupted task come.
type notices []time.Duration

func (n notices) String() string {
	words := make([]string, len(n))
	for i, at := range n {
		words[i] = fmt.Sprintf("%.0f", at.Seconds())
	}
	return strings.Join(words, ", ") + " s"
}

// outageNotices are one event alone, at each of the times, and all of them.
func outageNotices() []notices {
	const s = time.Second
	return []notices{{0}, {1 * s}, {3 * s}, {40 * s}, {0, 1 * s, 3 * s, 40 * s}}
}

// outages are the kinds of outage of one duration.
func outages(lasts time.Duration) []outage {
	faults := []handlertest.Fault{
		handlertest.Unavailable(), handlertest.Reset(), handlertest.CutOff(), handlertest.HTML(200), handlertest.HTML(502),
		handlertest.BrokenJSON(), handlertest.Throttled(),
		{Hang: time.Hour},
	}
	var all []outage
	for i, operations := range [][]string{
		{"DescribeServices", "UpdateService", "CreateLogStream"},
		{"DescribeServices", "UpdateService"},
		{"DescribeServices"},
		{"UpdateService"},
		{"CreateLogStream"},
		{"UpdateService", "CreateLogStream"},
	} {
		// Each operation meets each fault as the duration grows.
		all = append(all, outage{lasts, operations, faults[(int(lasts.Seconds())+i)%len(faults)]})
	}
	return all
}

// TestOutages shows that an interruption is answered once after every outage of
// up to 100 s, even one with a single notice: soon after its end as long as an
// invocation is at it, which is for 45 s, and else by Lambda's one retry, 60 s
// later. With -v it prints the table of docs/benchmarks.md: the seconds from the
// first notice to the redeployment, the longest of all kinds of outage.
func TestOutages(t *testing.T) {
	for seconds := 1; seconds <= 100; seconds++ {
		kinds := outages(time.Duration(seconds) * time.Second)
		for i, at := range outageNotices() {
			answered(t, kinds[(seconds+i)%len(kinds)], at)
		}
	}
	header := "| outage |"
	for _, at := range outageNotices() {
		header += fmt.Sprintf(" %s |", at)
	}
	t.Logf("\n%s\n|---:|%s", header, strings.Repeat("---:|", len(outageNotices())))
	for _, seconds := range []int{1, 2, 5, 10, 20, 40, 44, 50, 75, 100} {
		row := fmt.Sprintf("| %d s |", seconds)
		for _, at := range outageNotices() {
			var longest time.Duration
			for _, o := range outages(time.Duration(seconds) * time.Second) {
				longest = max(longest, answered(t, o, at))
			}
			row += fmt.Sprintf(" %.1f s |", longest.Seconds())
		}
		t.Log(row)
	}
}

// TestThrottledUpdate shows that an interruption with several notices is
// answered once, too, when UpdateService is throttled for longer than a claim
// lasts: in one of a hundred such outages two holders would act in the same
// instant, unless they renewed their claims.
func TestThrottledUpdate(t *testing.T) {
	for i := range 200 {
		lasts := time.Duration(30+i%13) * time.Second
		answered(t, outage{lasts, []string{"UpdateService"}, handlertest.Throttled()}, outageNotices()[4])
	}
}

// answered sends an interruption's notices in an outage, and returns the time
// from the first one to the one redeployment that there has to be.
func answered(t *testing.T, o outage, at notices) time.Duration {
	t.Helper()
	var updates []time.Time
	var begin time.Time
	synctest.Test(t, func(*testing.T) {
		begin = time.Now()
		s := storm{"outage", 1, 2}
		aws := limitedAWS(s)
		aws.Faults = func(operation string) handlertest.Fault {
			if time.Since(begin) < o.lasts && slices.Contains(o.operations, operation) {
				return o.fault
			}
			return handlertest.Fault{}
		}
		aws.OnCall = func(c handlertest.Call) {
			if c.Operation == "UpdateService" && c.Code == "" {
				updates = append(updates, c.At)
			}
		}
		ecs, logs := aws.ECS(), aws.Logs()
		config := handler.Config{Mode: handler.ModeOnce, LogLevel: slog.LevelError, LogGroup: logGroup}
		function := &lambda{setting: setting{timeout: time.Minute}, newSandbox: func() *handler.Handler { return handler.New(config, ecs, logs, io.Discard) }}
		for i, after := range at {
			time.Sleep(time.Until(begin.Add(after)))
			function.deliver(delivery{event: s.event(0, 0, steps()[min(i, 2)], time.Now()), arrived: time.Now()})
		}
		time.Sleep(time.Hour) // of virtual time: all is over
		synctest.Wait()
	})
	if len(updates) == 0 || len(updates) > o.most(at) {
		t.Errorf("outage of %s, notices at %s: %d redeployments, want one", o, at, len(updates))
		return 0
	}
	first := begin.Add(at[0])
	after := updates[0].Sub(first)
	if most := o.latest(at[0]); after > most {
		t.Errorf("outage of %s, notices at %s: redeployed after %s, want it within %s", o, at, after, most)
	}
	return after
}

// most is the number of redeployments that is accepted: without claims several
// invocations may act in the same instant.
func (o outage) most(at notices) int {
	if slices.Contains(o.operations, "CreateLogStream") {
		return len(at)
	}
	return 1
}

// latest is the time from a lone notice within which it is answered. Where AWS
// throttles, invocations make way for others, and some leave it to Lambda's retry.
func (o outage) latest(notice time.Duration) time.Duration {
	const (
		attempt = 15 * time.Second // the wait before one, and one that hangs
		claim   = 9 * time.Second  // two waits for its holder, or attempts to make it
	)
	left := max(o.lasts-notice, 0)
	if left > 40*time.Second || o.fault == handlertest.Throttled() {
		return 116 * time.Second
	}
	return left + attempt + claim
}
