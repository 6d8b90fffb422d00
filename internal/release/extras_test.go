package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/spothandler/spothandler/internal/cli"
)

// extras writes the extras of a release into a directory, and returns them by path.
func extras(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	if err := writeExtras(cli.Commands(), dir, "1.0.0", time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		files[strings.TrimPrefix(filepath.ToSlash(path), filepath.ToSlash(dir)+"/")] = content
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// page returns the text of a man page without formatting.
func page(t *testing.T, content []byte) string {
	t.Helper()
	zip, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(zip)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(regexp.MustCompile(`\\f[A-Z]|\\&`).ReplaceAll(text, nil)), `\`, "")
}

func everyCommand(cmd *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{cmd}
	for _, each := range cmd.Commands() {
		if each.IsAvailableCommand() {
			all = append(all, everyCommand(each)...)
		}
	}
	return all
}

// Every command has a page with every word of its help, including words that are markup in Markdown or troff.
func TestManPages(t *testing.T) {
	files := extras(t, filepath.Join(t.TempDir(), "extras"))
	for _, cmd := range everyCommand(cli.Commands()) {
		name := "man/" + strings.ReplaceAll(cmd.CommandPath(), " ", "-") + ".1.gz"
		text := page(t, files[name])
		for _, word := range strings.Fields(cmd.Short + " " + cmd.Long + " " + cmd.Example) {
			if !strings.Contains(text, word) {
				t.Errorf("%s lacks %q", name, word)
			}
		}
		if !strings.Contains(text, `"Nov 2026" "spothandler 1.0.0"`) {
			t.Errorf("%s has not the date and the version of its release: %s", name, strings.SplitN(text, "\n", 3)[1])
		}
	}
}

// The same commit gives the same bytes, and pages of commands that no longer exist are removed.
func TestExtrasAreReproducible(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "extras")
	first := extras(t, dir)
	if err := os.WriteFile(filepath.Join(dir, "man", "spothandler-gone.1.gz"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if second := extras(t, dir); !maps.EqualFunc(first, second, bytes.Equal) {
		t.Errorf("%q, and the second time %q", slices.Sorted(maps.Keys(first)), slices.Sorted(maps.Keys(second)))
	}
}

// The shell accepts the script and completes with it.
func TestCompletions(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "extras")
	files := extras(t, dir)
	for _, name := range []string{"spothandler.bash", "_spothandler", "spothandler.fish", "spothandler.ps1"} {
		if !bytes.Contains(files["completions/"+name], []byte("__complete")) {
			t.Errorf("%s does not ask spothandler", name)
		}
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash")
	}
	script := filepath.ToSlash(filepath.Join(dir, "completions", "spothandler.bash"))
	out, err := exec.CommandContext(t.Context(), bash, "-c", `source "$0" && complete -p spothandler`, script).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "spothandler") {
		t.Errorf("%s, %v", out, err)
	}
}

// The Homebrew cask names each man page, because it does not support patterns.
func TestCaskHasEveryManPage(t *testing.T) {
	content, err := os.ReadFile("../../.goreleaser.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Casks []struct{ Manpages []string } `yaml:"homebrew_casks"`
	}
	if err := yaml.Unmarshal(content, &config); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, cmd := range everyCommand(cli.Commands()) {
		want = append(want, "man/"+strings.ReplaceAll(cmd.CommandPath(), " ", "-")+".1.gz")
	}
	slices.Sort(want)
	if !slices.Equal(config.Casks[0].Manpages, want) {
		t.Errorf("manpages of homebrew_casks in .goreleaser.yaml must be\n      - %s", strings.Join(want, "\n      - "))
	}
}
