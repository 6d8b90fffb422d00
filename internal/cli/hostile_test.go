package cli

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/local"
)

// Texts from the account cannot control the terminal. The test makes every text of every AWS response hostile in turn,
// errors included, and runs each command.
func TestHostileTextIsEscaped(t *testing.T) {
	needArchive(t)
	l := newHostileAWS(t)
	useEndpoint(t, l.url)
	if err := l.aws.Seed(local.DemoServices()...); err != nil {
		t.Fatal(err)
	}
	must(t, "install --prefix prod --cluster shop --tag Team=a")
	must(t, "install")
	log := &historyFixture{T: t, Server: l.aws}
	log.record(time.Hour, "1", redeployed)
	log.record(time.Hour, "2", refusedByIAM)
	for _, test := range hostileCommands() {
		t.Run(test.line, func(t *testing.T) { l.runWithEveryText(t, test.line, test.step) })
	}
}

// hostileCommand is a command to run with every step-th text made hostile.
type hostileCommand struct {
	line string
	step int
}

func hostileCommands() []hostileCommand {
	return []hostileCommand{
		{"status --prefix prod --verbose", 3},
		{"status -o json", 13},
		{"status -o markdown", 61},
		{"install --prefix prod --dry-run -o markdown", 13},
		{"install --prefix prod --dry-run --reset --adopt", 5},
		{"uninstall --prefix prod --dry-run --force", 7},
		{"upgrade --prefix prod --dry-run -o json", 11},
		{"policy --prefix prod --verbose", 1},
		{"doctor --verbose", 19},
		{"doctor -o json", 67},
		{"doctor -o markdown", 61},
		{"logs --prefix prod --since 2h --verbose", 3},
		{"logs --prefix prod -o json", 59},
		{"report --prefix prod --days 1", 101},
		{"report --prefix prod --days 1 --html -", 103},
		{"__complete status --prefix ''", 1},
		{"__complete install --cluster ''", 1},
	}
}

// hostileCommands includes every command that calls AWS except simulate, which TestHostileTextInSimulate covers.
func TestHostileCommandsAreComplete(t *testing.T) {
	for _, command := range rootCommand(command.New(command.Streams{}, nil, binaryVersion())).Commands() {
		if command.Flags().Lookup("region") == nil || slices.Contains([]string{"local", "simulate"}, command.Name()) {
			continue
		}
		if !slices.ContainsFunc(hostileCommands(), func(test hostileCommand) bool { return strings.HasPrefix(test.line, command.Name()+" ") }) {
			t.Errorf("%s is not tried with hostile texts", command.Name())
		}
	}
}

// runWithEveryText runs a command once for every step-th text that it reads.
func (l *hostileAWS) runWithEveryText(t *testing.T, line string, step int) {
	t.Helper()
	l.setHostile("", 0)
	texts := l.texts(func() { spothandler(t.Context(), "", words(line)...) })
	if len(texts) == 0 {
		t.Error("the command read nothing")
	}
	for _, call := range slices.Sorted(maps.Keys(texts)) {
		for index := failing; index < texts[call]; index += step {
			l.setHostile(call, index)
			_, shown := spothandler(t.Context(), "", words(line)...)
			mustBeHarmless(t, l.describe(), shown)
		}
	}
}

// Like TestHostileTextIsEscaped, for simulate. The path is broken in two places, so that simulate never waits for the
// function.
func TestHostileTextInSimulate(t *testing.T) {
	needArchive(t)
	l := newHostileAWS(t)
	useEndpoint(t, l.url)
	if err := l.aws.Seed(local.DemoServices()...); err != nil {
		t.Fatal(err)
	}
	must(t, "install --prefix prod --rule-state DISABLED --reserved-concurrency 0")
	l.runWithEveryText(t, "simulate --prefix prod --cluster shop --service api", 17)
	l.runWithEveryText(t, "simulate --prefix prod --cluster shop --service api -o json", 61)
}

// Like TestHostileTextIsEscaped, for the error of every write.
func TestHostileTextInErrors(t *testing.T) {
	needArchive(t)
	for _, line := range []string{"install --verbose", "uninstall --yes"} {
		l := newHostileAWS(t)
		useEndpoint(t, l.url)
		prepare := func() {
			l.setHostile("", 0)
			must(t, map[string]string{"install --verbose": "uninstall --yes", "uninstall --yes": "install"}[line])
		}
		prepare()
		texts := l.texts(func() { spothandler(t.Context(), "", words(line)...) })
		for _, call := range slices.Sorted(maps.Keys(texts)) {
			prepare()
			l.setHostile(call, failing)
			_, shown := spothandler(t.Context(), "", words(line)...)
			mustBeHarmless(t, l.describe(), shown)
		}
	}
}

func mustBeHarmless(t *testing.T, hostile string, shown outcome) {
	t.Helper()
	for name, text := range map[string]string{"stdout": shown.out, "stderr": shown.err} {
		for line := range strings.SplitSeq(text, "\n") {
			if strings.ContainsFunc(line, func(r rune) bool { return !strconv.IsPrint(r) }) || strings.HasPrefix(line, "✓ prod is healthy\\") {
				t.Fatalf("%s: %s has %q", hostile, name, line)
			}
		}
	}
	if !strings.HasPrefix(shown.out, "{") {
		return
	}
	for decoder := json.NewDecoder(strings.NewReader(shown.out)); ; { // one object, or one for each line
		var value any
		if err := decoder.Decode(&value); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%s: invalid JSON: %v: %s", hostile, err, shown.out)
		}
	}
}
