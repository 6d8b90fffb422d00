package storm_test

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/handler"
)

func siblings() storm      { return storm{"a: 50 siblings", 1, 50} }
func fiftyServices() storm { return storm{"b: 50 x 20", 50, 20} }
func region() storm        { return storm{"c: 500 x 20", 500, 20} }

// BenchmarkStorm prints the outcome of each storm under each setting. Virtual
// time is only available in tests, so TestTable runs it in a process of its
// own.
func BenchmarkStorm(b *testing.B) {
	for b.Loop() {
		table := exec.CommandContext(b.Context(), os.Args[0], "-test.run=^TestTable$", "-test.timeout=2h")
		table.Env = append(os.Environ(), "STORM="+cmp.Or(os.Getenv("STORM"), "short"))
		table.Stdout, table.Stderr = os.Stdout, os.Stderr
		if err := table.Run(); err != nil {
			b.Fatal(err)
		}
	}
}

// TestTable prints the table: STORM=all prints every row, which needs -timeout 1h;
// STORM=short prints those of the default timeout and a queue without backoff,
// without the slowest one.
func TestTable(t *testing.T) {
	which := os.Getenv("STORM")
	if which == "" {
		t.Skip("STORM=short or STORM=all prints the table")
	}
	fmt.Println("\n| storm | mode | concurrency | timeout | backoff | redeployed | last | UpdateService | DescribeServices | throttled | dropped | failed |")
	fmt.Println("|---|---|" + strings.Repeat("---:|", 10))
	for _, s := range []storm{siblings(), fiftyServices(), region()} {
		for _, how := range settings() {
			if which == "short" && !how.isShort(s) {
				continue
			}
			t.Run(s.name[:1]+"/"+how.String(), func(t *testing.T) {
				fmt.Println(tableRow(s, how, run(t, s, how)))
			})
		}
	}
}

func (s setting) isShort(of storm) bool {
	longest := of == region() && s.mode == handler.ModeAlways && s.concurrency == 0
	return s.timeout == time.Minute && !s.backoff && !longest
}

// String returns the setting as the name of a test.
func (s setting) String() string {
	return fmt.Sprintf("%s/%d/%s/%t", s.mode, s.concurrency, s.timeout, s.backoff)
}

// settings returns all combinations but one: without a limit no event ever
// waits.
func settings() []setting {
	var out []setting
	for _, mode := range []handler.Mode{handler.ModeOnce, handler.ModeAlways} {
		for _, concurrency := range []int{1, 2, 10, 0} {
			for _, timeout := range []time.Duration{time.Minute, 2 * time.Minute} {
				for _, backoff := range []bool{false, true} {
					if concurrency > 0 || !backoff {
						out = append(out, setting{mode, concurrency, timeout, backoff})
					}
				}
			}
		}
	}
	return out
}

func tableRow(s storm, how setting, o outcome) string {
	concurrency, backoff := "unlimited", "off"
	if how.concurrency > 0 {
		concurrency = fmt.Sprint(how.concurrency)
	}
	if how.backoff {
		backoff = "on"
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %d of %d | %.1f s | %d | %d | %d | %d | %d |",
		s.name, how.mode, concurrency, how.timeout, backoff, o.redeployed, s.services, o.last.Seconds(),
		o.updates, o.describes, o.throttles, o.dropped, o.failed)
}
