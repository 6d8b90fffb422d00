package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/localaws"
)

// screenOf runs status --watch, and returns what it paints.
type screenOf struct {
	mu   sync.Mutex
	last string
}

func (s *screenOf) Write(text []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, s.last, _ = strings.Cut(string(text), "\x1b[H")
	return len(text), nil
}

// shows waits until the screen contains all of these texts.
func (s *screenOf) shows(t *testing.T, texts ...string) {
	t.Helper()
	s.until(t, fmt.Sprintf("%q are there", texts), func(screen string) bool {
		return !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(screen, text) })
	})
}

// showsNo waits until the screen does not contain the text.
func (s *screenOf) showsNo(t *testing.T, text string) {
	t.Helper()
	s.until(t, text+" is gone", func(screen string) bool { return !strings.Contains(screen, text) })
}

func (s *screenOf) until(t *testing.T, what string, seen func(screen string) bool) {
	t.Helper()
	for range 30_000 { // five minutes
		s.mu.Lock()
		last := s.last
		s.mu.Unlock()
		if seen(last) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("waited in vain until %s:\n%s", what, s.last)
}

// --watch shows changes, continues after failed reads and expired credentials, and ends with the context.
func TestStatusWatch(t *testing.T) {
	a := newHistoryFixture(t, "install --prefix prod")
	var trouble atomic.Value
	trouble.Store("")
	during := func(which string) func(localaws.Call) bool {
		return func(localaws.Call) bool { return trouble.Load() == which }
	}
	a.Inject(localaws.Fault{Action: "GetFunction", Match: during("throttled"), Throttle: true})
	a.Inject(localaws.Fault{Action: "GetCallerIdentity", Match: during("expired"), Refuse: &localaws.Error{Status: 400, Code: "ExpiredToken", Message: "The security token included in the request is expired"}})

	screen := &screenOf{}
	streams := command.NewStreams(strings.NewReader(""), screen, screen)
	streams.StdoutTTY, streams.StderrTTY, streams.Width, streams.Height = true, true, 80, 40
	streams.Refresh = 5 * time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan int)
	go func() { ended <- Run(ctx, []string{"status", "--watch"}, streams) }()
	screen.shows(t, "prod is healthy", "no interruptions recorded", "refreshed every 5ms · Ctrl-C to exit")
	a.record(0, "1111", redeployed)
	screen.shows(t, "1 task interrupted · 1 redeployed")
	for _, test := range []struct{ trouble, says string }{
		{"throttled", "reading function"}, {"expired", "the AWS credentials have expired"},
	} {
		trouble.Store(test.trouble)
		screen.shows(t, "prod is healthy", "1 task interrupted", test.says)
		trouble.Store("")
		screen.showsNo(t, test.says)
	}
	must(t, "uninstall --prefix prod --yes")
	screen.shows(t, "nothing is installed in eu-west-1")
	cancel()
	if code := <-ended; code != command.ExitOK {
		t.Errorf("it ends with %d", code)
	}
}

// Output that cannot be repainted is an error before any call. If the first read fails, --watch exits like status.
func TestStatusWatchRefuses(t *testing.T) {
	a := newHistoryFixture(t, "")
	terminal := func(args ...string) (int, string) {
		var screen strings.Builder
		streams := command.NewStreams(strings.NewReader(""), &screen, &screen)
		streams.StdoutTTY, streams.StderrTTY = true, true
		return Run(t.Context(), args, streams), screen.String()
	}
	if code, shown := spothandler(t.Context(), "", "status", "--watch"); code != command.ExitError || !strings.Contains(shown.err, "--watch requires a terminal, and standard output is not one\n  › spothandler logs --follow") {
		t.Errorf("no terminal: %d, %s", code, shown.err)
	}
	for line, want := range map[string]string{
		"--watch -o json":   "--watch and --output json cannot be combined",
		"--watch --verbose": "--watch and --verbose cannot be combined",
	} {
		if code, shown := terminal(append([]string{"status"}, words(line)...)...); code != command.ExitError || !strings.Contains(shown, want) {
			t.Errorf("%s: %d, %s", line, code, shown)
		}
	}
	if len(a.Calls()) > 0 {
		t.Errorf("%v", a.Calls())
	}
	if code, shown := terminal("status", "--watch"); code != command.ExitNotInstalled || !strings.Contains(shown, "nothing is installed in eu-west-1") {
		t.Errorf("%d, %s", code, shown)
	}
}
