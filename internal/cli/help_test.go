package cli

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/term"
)

// The help of every command fits 80 columns and 75 lines, usage lines and examples included, and each of its flags is in a
// group.
func TestHelp(t *testing.T) {
	for _, words := range commandLines(Commands()) {
		_, shown := spothandler(t.Context(), "", append(words, "--help")...)
		lines := strings.Split(strings.TrimSuffix(shown.out, "\n"), "\n")
		if len(lines) > 75 {
			t.Errorf("%s has %d lines", words, len(lines))
		}
		for _, line := range lines {
			if term.Width(line) > 80 || strings.Contains(line, "\t") {
				t.Errorf("%s: %s", words, line)
			}
		}
		if strings.Contains(shown.out, "\nFlags:") {
			t.Errorf("%s has a flag without a group: %s", words, shown.out)
		}
		for _, line := range lines {
			if flag, _, _ := strings.Cut(strings.TrimSpace(line), " "); strings.HasPrefix(line, "  --") && strings.Count(shown.out, "\n  "+flag+" ") > 1 {
				t.Errorf("%s has %s twice: %s", words, flag, shown.out)
			}
		}
	}
}

// commandLines returns the words of every command below cmd, and its own.
func commandLines(cmd *cobra.Command) [][]string {
	all := [][]string{strings.Fields(cmd.CommandPath())[1:]}
	for _, sub := range cmd.Commands() {
		all = append(all, commandLines(sub)...)
	}
	return all
}

// On a terminal of 60 columns, too, no line of a help is longer. The examples can still be pasted.
func TestHelpIsNarrow(t *testing.T) {
	for _, words := range commandLines(Commands()) {
		var shown bytes.Buffer
		streams := command.Streams{Stdout: &shown, Stderr: &shown, StdoutTTY: true, StderrTTY: true, Width: 60, Environ: []string{"NO_COLOR=1"}}
		Run(t.Context(), append(words, "--help"), streams)
		for line := range strings.Lines(shown.String()) {
			if term.Width(strings.TrimSuffix(line, "\n")) > 60 {
				t.Errorf("%s: %s", words, line)
			}
		}
		cmd, _, err := Commands().Find(words)
		if err != nil {
			t.Fatal(err)
		}
		joined := strings.Join(strings.Fields(strings.ReplaceAll(shown.String(), " \\\n", " ")), " ")
		for example := range strings.Lines(cmd.Example) {
			if !strings.Contains(joined, strings.TrimSpace(example)) {
				t.Errorf("%s: %s is not in\n%s", words, example, shown.String())
			}
		}
	}
}

// Help is text in every output format, as its own help says.
func TestHelpIsText(t *testing.T) {
	_, want := spothandler(t.Context(), "", "help")
	for _, args := range [][]string{{"-o", "json"}, {"help", "-o", "json"}, {"--help", "-o", "json"}} {
		if code, got := spothandler(t.Context(), "", args...); code != 0 || got.out != want.out || got.err != "" {
			t.Errorf("%q: exit code %d\n%s%s", args, code, got.out, got.err)
		}
	}
	if _, help := spothandler(t.Context(), "", "help", "--help"); !strings.Contains(help.out, "Help is always text") {
		t.Error(help.out)
	}
}

// The help of upgrade does not repeat the flags of install, all of which it accepts.
func TestHelpOfUpgrade(t *testing.T) {
	_, shown := spothandler(t.Context(), "", "upgrade", "--help")
	root := rootCommand(command.New(command.Streams{}, nil, binaryVersion()))
	install, _, err := root.Find([]string{"install"})
	if err != nil {
		t.Fatal(err)
	}
	upgrade, _, err := root.Find([]string{"upgrade"})
	if err != nil {
		t.Fatal(err)
	}
	install.Flags().VisitAll(func(flag *pflag.Flag) {
		if flag.Name != "help" && (upgrade.Flags().Lookup(flag.Name) == nil || strings.Contains(shown.out, "  --"+flag.Name+" ")) {
			t.Errorf("--%s of install is not upgrade's, or is said twice: %s", flag.Name, shown.out)
		}
	})
	if !strings.Contains(shown.out, "  spothandler install --help\n") {
		t.Errorf("it does not say where the others stand: %s", shown.out)
	}
}
