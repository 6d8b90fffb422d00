//go:build linux

package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/spothandler/spothandler/embed"
)

// BenchmarkFunction starts the real bootstrap and, alternately, a bare function
// that makes the same calls with the same clients. It prints medians: the time
// from exec to the first request for an event (init) and to the first response
// (cold), the response time of the warm sandbox (warm), and the peak memory.
func BenchmarkFunction(b *testing.B) {
	programs := []string{bootstrap(b), bare(b)}
	var all [2][]measures
	for b.Loop() {
		for i, program := range programs {
			all[i] = append(all[i], measure(b, program))
		}
	}
	b.ReportMetric(0, "ns/op") // meaningless here
	fmt.Printf("\n| medians of %d starts | handler | bare | ratio |\n|---|---:|---:|---:|\n", len(all[0]))
	for _, row := range []struct {
		name, unit string
		of         func(measures) float64
	}{
		{"init", "ms", func(m measures) float64 { return ms(m.init) }},
		{"cold", "ms", func(m measures) float64 { return ms(m.cold) }},
		{"warm", "ms", func(m measures) float64 { return ms(m.warm) }},
		{"peak", "MB", func(m measures) float64 { return float64(m.peak) / 1e6 }},
	} {
		handler, bare := median(all[0], row.of), median(all[1], row.of)
		fmt.Printf("| %s | %.2f %s | %.2f %s | %.2f |\n", row.name, handler, row.unit, bare, row.unit, handler/bare)
		b.ReportMetric(handler, row.name+"-"+row.unit)
	}
	for _, architecture := range []string{"arm64", "x86_64"} {
		zip, err := embed.Archive(architecture)
		if err != nil {
			b.Fatal(err)
		}
		fmt.Printf("| zip, %s | %.2f MB | | |\n", architecture, float64(len(zip))/1e6)
	}
	fmt.Println()
}

// The function uses at most a quarter of its default memory.
func TestPeakMemory(t *testing.T) {
	const limit = 32e6
	if m := measure(t, bootstrap(t)); m.peak > limit {
		t.Errorf("the peak is %d bytes, want less than %g", m.peak, limit)
	}
}

// measures are the measurements of one sandbox.
type measures struct {
	init, cold, warm time.Duration
	peak             int // bytes
}

// warmInvocations is the number of invocations over which warm is averaged.
const warmInvocations = 20

func measure(tb testing.TB, program string) (m measures) {
	tb.Helper()
	endpoint, _ := serveAWS(tb)
	begin := time.Now()
	f := startProgram(tb, program, endpoint, "LOG_LEVEL=ERROR")
	f.mustSucceed(running("a"))
	m.cold = time.Since(begin)
	m.init = (<-f.api.asked).Sub(begin)
	begin = time.Now()
	for range warmInvocations {
		f.mustSucceed([]byte(`{"detail": {"group": "service:api", "clusterArn": "` + cluster + `"}}`))
	}
	m.warm = time.Since(begin) / warmInvocations
	m.peak = peakMemory(tb, f.process.Process.Pid)
	f.kill()
	return m
}

func (f *function) mustSucceed(event []byte) {
	f.Helper()
	if r := f.invoke(event); r.failed {
		f.Fatalf("got %s", r.body)
	}
}

// peakMemory returns the peak resident memory of a process, in bytes. The
// kernel's rusage would include that of its parent at the fork.
func peakMemory(tb testing.TB, pid int) int {
	tb.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		tb.Fatal(err)
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	kilobytes, err := strconv.Atoi(strings.Fields(after)[0])
	if err != nil {
		tb.Fatal(err)
	}
	return kilobytes << 10
}

// bare builds the bare function with the flags of the zip.
func bare(b *testing.B) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "bare")
	build := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-ldflags=-s -w -buildid=", "-tags=lambda.norpc,nethttpomithttp2", "-o", path, "./testdata/bare")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOARCH="+runtime.GOARCH)
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("building: %v\n%s", err, out)
	}
	return path
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func median(all []measures, of func(measures) float64) float64 {
	figures := make([]float64, len(all))
	for i, m := range all {
		figures[i] = of(m)
	}
	slices.Sort(figures)
	return figures[len(figures)/2]
}
