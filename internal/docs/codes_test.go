package main

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// docs/troubleshooting.md explains every code that an error or a problem of an installation can have, and no other.
func TestTroubleshootingHasEveryCode(t *testing.T) {
	text, err := readPage(filepath.Join(root, "docs", "troubleshooting.md"))
	if err != nil {
		t.Fatal(err)
	}
	for heading, want := range map[string][]string{
		"## Error codes":                  codes(t, `\b[Cc]ode[A-Z]\w* += "([a-z_]+)"|\bCode: +"([a-z_]+)"`, "apperr", "cli", "cli/*", "deploy", "deploy/settings", "session"),
		"## Problems that status reports": codes(t, `\bProblem\w+ += "([a-z_]+)"`, "deploy"),
	} {
		_, section, _ := strings.Cut(text, "\n"+heading+"\n")
		section, _, _ = strings.Cut(section, "\n## ")
		var got []string
		for _, row := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\|").FindAllStringSubmatch(section, -1) {
			got = append(got, row[1])
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s has\n%q\nthe source\n%q", heading, got, want)
		}
	}
}

// codes returns the codes in the source of packages, sorted.
func codes(t *testing.T, pattern string, packages ...string) []string {
	t.Helper()
	found := map[string]bool{}
	for _, name := range packages {
		files, err := filepath.Glob(filepath.Join(root, "internal", name, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no source of %s: %v", name, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, match := range regexp.MustCompile(pattern).FindAllSubmatch(source, -1) {
				found[string(slices.Concat(match[1:]...))] = true
			}
		}
	}
	if len(found) < 5 {
		t.Fatalf("only %v were found", found)
	}
	return slices.Sorted(maps.Keys(found))
}
