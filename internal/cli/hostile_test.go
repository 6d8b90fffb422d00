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

// Whoever may write a text in the account writes nothing to the terminal: every text of every answer of AWS, errors
// included, is made hostile in turn, and each command is run.
func TestNothingHostileReachesTheTerminal(t *testing.T) {
	needArchive(t)
	l := newLiar(t)
	useEndpoint(t, l.url)
	if err := l.aws.Seed(local.DemoServices()...); err != nil {
		t.Fatal(err)
	}
	must(t, "install --prefix prod --cluster shop --tag Team=a")
	must(t, "install")
	log := &archive{T: t, Server: l.aws}
	log.record(time.Hour, "1", redeployed)
	log.record(time.Hour, "2", refusedByIAM)
	for _, test := range hostileLines() {
		t.Run(test.line, func(t *testing.T) { l.everyLie(t, test.line, test.step) })
	}
}

// hostileLine is a command that reads, run with every text or with one of some.
type hostileLine struct {
	line string
	step int
}

func hostileLines() []hostileLine {
	return []hostileLine{
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

// Every command that calls AWS is among them, but simulate, which has a test of its own.
func TestHostileLinesAreOfAllCommands(t *testing.T) {
	for _, command := range rootCommand(command.New(fake(false), nil, binaryVersion())).Commands() {
		if command.Flags().Lookup("region") == nil || slices.Contains([]string{"local", "simulate"}, command.Name()) {
			continue
		}
		if !slices.ContainsFunc(hostileLines(), func(test hostileLine) bool { return strings.HasPrefix(test.line, command.Name()+" ") }) {
			t.Errorf("%s is not tried with hostile texts", command.Name())
		}
	}
}

// everyLie runs a command for each text that it reads.
func (l *liar) everyLie(t *testing.T, line string, step int) {
	t.Helper()
	l.lie("", 0)
	texts := l.texts(func() { spothandler(t.Context(), "", words(line)...) })
	if len(texts) == 0 {
		t.Error("it read nothing")
	}
	for _, call := range slices.Sorted(maps.Keys(texts)) {
		for index := failing; index < texts[call]; index += step {
			l.lie(call, index)
			_, shown := spothandler(t.Context(), "", words(line)...)
			mustBeHarmless(t, l.describe(), shown)
		}
	}
}

// The same for simulate, of a path that is known to be broken in two places, so that none of the texts makes it wait for
// the function.
func TestNothingHostileInARehearsal(t *testing.T) {
	needArchive(t)
	l := newLiar(t)
	useEndpoint(t, l.url)
	if err := l.aws.Seed(local.DemoServices()...); err != nil {
		t.Fatal(err)
	}
	must(t, "install --prefix prod --rule-state DISABLED --reserved-concurrency 0")
	l.everyLie(t, "simulate --prefix prod --cluster shop --service api", 17)
	l.everyLie(t, "simulate --prefix prod --cluster shop --service api -o json", 61)
}

// The same for the errors of every write.
func TestNothingHostileInRefusals(t *testing.T) {
	needArchive(t)
	for _, line := range []string{"install --verbose", "uninstall --yes"} {
		l := newLiar(t)
		useEndpoint(t, l.url)
		prepare := func() {
			l.lie("", 0)
			must(t, map[string]string{"install --verbose": "uninstall --yes", "uninstall --yes": "install"}[line])
		}
		prepare()
		texts := l.texts(func() { spothandler(t.Context(), "", words(line)...) })
		for _, call := range slices.Sorted(maps.Keys(texts)) {
			prepare()
			l.lie(call, failing)
			_, shown := spothandler(t.Context(), "", words(line)...)
			mustBeHarmless(t, l.describe(), shown)
		}
	}
}

func mustBeHarmless(t *testing.T, lie string, shown outcome) {
	t.Helper()
	for name, text := range map[string]string{"stdout": shown.out, "stderr": shown.err} {
		for line := range strings.SplitSeq(text, "\n") {
			if strings.ContainsFunc(line, func(r rune) bool { return !strconv.IsPrint(r) }) || strings.HasPrefix(line, "✓ prod is healthy\\") {
				t.Fatalf("%s: %s has %q", lie, name, line)
			}
		}
	}
	if !strings.HasPrefix(shown.out, "{") {
		return
	}
	for decoder := json.NewDecoder(strings.NewReader(shown.out)); ; { // one object, or one a line
		var value any
		if err := decoder.Decode(&value); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%s: this is no JSON: %v: %s", lie, err, shown.out)
		}
	}
}
