package cli

import (
	"os"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/local"
	"github.com/spothandler/spothandler/internal/localaws"
)

// The commands in docs/quick-start.md and at the beginning of README work as documented. Commands that wait for Ctrl-C, and
// other programs, are skipped.
func TestDocumentedCommands(t *testing.T) {
	for file, end := range map[string]string{"docs/quick-start.md": "\n## 7", "README.md": "\n## Install\n"} {
		t.Run(file, func(t *testing.T) {
			quickWorld(t)
			page, err := os.ReadFile("../../" + file)
			if err != nil {
				t.Fatal(err)
			}
			text, _, _ := strings.Cut(strings.ReplaceAll(string(page), "\r\n", "\n"), end)
			ran := 0
			for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(text, -1) {
				for line := range strings.Lines(block[1]) {
					line, _, _ = strings.Cut(line, "#")
					if command, found := strings.CutPrefix(line, "spothandler "); found && !strings.Contains(command, "--follow") {
						runDocumented(t, words(command))
						ran++
					}
				}
			}
			if ran < 5 {
				t.Errorf("%d lines were run", ran)
			}
		})
	}
}

func runDocumented(t *testing.T, args []string) {
	t.Helper()
	want := command.ExitOK
	switch args[0] {
	case "doctor":
		want = command.ExitDiffers // which finds what is wrong with the local services
	case "uninstall":
		args = append(args, "--yes") // there is no terminal to ask on
	}
	if code, shown := spothandler(t.Context(), "", args...); code != want {
		t.Errorf("%s: exit code %d\n%s%s", args, code, shown.out, shown.err)
	}
}

// quickWorld is a local AWS with the services of `local` and without delays.
func quickWorld(t *testing.T) {
	t.Helper()
	needArchive(t)
	if runtime.GOOS != "linux" {
		t.Skip("the function runs on Linux alone")
	}
	server := localaws.New(localaws.Options{Region: "eu-west-1", HostZip: local.HostZip, Delays: &localaws.Delays{}})
	useServer(t, server, local.Services()...)
}
