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

// outage is a period, beginning at 0 s, in which AWS responds to calls with
// faults.
type outage struct {
	lasts      time.Duration
	operations []string // affected operations
	fault      handlertest.Fault
}

func (o outage) String() string {
	return fmt.Sprintf("%s of %s, %+v", o.lasts, strings.Join(o.operations, " and "), o.fault)
}

// notices are the times, since the beginning of the outage, at which the events
// of one interrupted task arrive.
type notices []time.Duration

func (n notices) String() string {
	words := make([]string, len(n))
	for i, at := range n {
		words[i] = fmt.Sprintf("%.0f", at.Seconds())
	}
	return strings.Join(words, ", ") + " s"
}

// outageNotices returns a single event at each of the times, and all of them
// together.
func outageNotices() []notices {
	const s = time.Second
	return []notices{{0}, {1 * s}, {3 * s}, {40 * s}, {0, 1 * s, 3 * s, 40 * s}}
}

// outages returns the kinds of outage of one duration.
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
		// Each operation is combined with each fault as the duration grows.
		all = append(all, outage{lasts, operations, faults[(int(lasts.Seconds())+i)%len(faults)]})
	}
	return all
}

// TestOutages shows that an interruption is handled once after every outage of
// up to 100 s, even with a single notice: soon after the outage ends if an
// invocation is still running, which it does for 45 s, and otherwise by
// Lambda's one retry, 60 s later. With -v it prints the table of
// docs/benchmarks.md: the seconds from the first notice to the redeployment,
// the maximum over all kinds of outage.
func TestOutages(t *testing.T) {
	for seconds := 1; seconds <= 100; seconds++ {
		kinds := outages(time.Duration(seconds) * time.Second)
		for i, at := range outageNotices() {
			redeployedAfter(t, kinds[(seconds+i)%len(kinds)], at)
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
				longest = max(longest, redeployedAfter(t, o, at))
			}
			row += fmt.Sprintf(" %.1f s |", longest.Seconds())
		}
		t.Log(row)
	}
}

// TestThrottledUpdate shows that an interruption with several notices is
// handled once even if UpdateService is throttled for longer than a claim
// lasts. Without renewed claims, two holders would act at the same instant in
// one of a hundred such outages.
func TestThrottledUpdate(t *testing.T) {
	for i := range 200 {
		lasts := time.Duration(30+i%13) * time.Second
		redeployedAfter(t, outage{lasts, []string{"UpdateService"}, handlertest.Throttled()}, outageNotices()[4])
	}
}

// redeployedAfter sends an interruption's notices during an outage, and returns the
// time from the first one to the only redeployment.
func redeployedAfter(t *testing.T, o outage, at notices) time.Duration {
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
		time.Sleep(time.Hour) // virtual time: everything is finished
		synctest.Wait()
	})
	if len(updates) == 0 || len(updates) > o.most(at) {
		t.Errorf("outage of %s, notices at %s: %d redeployments, want one", o, at, len(updates))
		return 0
	}
	first := begin.Add(at[0])
	after := updates[0].Sub(first)
	if most := o.latest(at[0]); after > most {
		t.Errorf("outage of %s, notices at %s: redeployed after %s, want %s", o, at, after, most)
	}
	return after
}

// most returns the maximum number of redeployments: without claims several
// invocations may act at the same instant.
func (o outage) most(at notices) int {
	if slices.Contains(o.operations, "CreateLogStream") {
		return len(at)
	}
	return 1
}

// latest returns the time within which a single notice is handled. If AWS
// throttles, invocations give way to others, and some leave the work to
// Lambda's retry.
func (o outage) latest(notice time.Duration) time.Duration {
	const (
		attempt = 15 * time.Second // the wait before an attempt, and one that hangs
		claim   = 9 * time.Second  // two waits for the holder, or attempts to claim
	)
	left := max(o.lasts-notice, 0)
	if left > 40*time.Second || o.fault == handlertest.Throttled() {
		return 116 * time.Second
	}
	return left + attempt + claim
}
