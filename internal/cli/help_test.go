package cli

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/spothandler/spothandler/internal/cli/command"
)

// The help of every command fits 80 columns and 75 lines, and each of its flags is in a group.
func TestHelp(t *testing.T) {
	var each func(cmd *cobra.Command)
	each = func(cmd *cobra.Command) {
		words := append(strings.Fields(cmd.CommandPath())[1:], "--help")
		_, shown := spothandler(t.Context(), "", words...)
		lines := strings.Split(strings.TrimSuffix(shown.out, "\n"), "\n")
		if len(lines) > 75 {
			t.Errorf("%s has %d lines", words, len(lines))
		}
		for _, line := range lines {
			if len(line) > 80 && !strings.HasPrefix(line, "  aws ") && !strings.HasPrefix(line, "  spothandler ") { // a command is not broken
				t.Errorf("%s: %s", words, line)
			}
		}
		if strings.Contains(shown.out, "\nFlags:") {
			t.Errorf("%s has a flag without a group: %s", words, shown.out)
		}
		cmd.Flags().VisitAll(func(flag *pflag.Flag) {
			if n := strings.Count(shown.out, "  --"+flag.Name+" "); n > 1 {
				t.Errorf("%s has --%s in %d parts: %s", words, flag.Name, n, shown.out)
			}
		})
		for _, sub := range cmd.Commands() {
			each(sub)
		}
	}
	root := rootCommand(command.New(command.Streams{Getenv: func(string) string { return "" }}, nil, binaryVersion()))
	each(root)
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
	root := rootCommand(command.New(command.Streams{Getenv: func(string) string { return "" }}, nil, binaryVersion()))
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
