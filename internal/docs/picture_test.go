package main

import (
	"html"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Each picture shows its source text, and README shows the pictures.
func TestPicturesShowTheDemo(t *testing.T) {
	shown, err := readPage(filepath.Join(root, "docs", "images", "demo.ansi"))
	if err != nil {
		t.Fatal(err)
	}
	readme, err := readPage(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	plain := regexp.MustCompile(`\x1b\[[0-9;]*m`).ReplaceAllString(shown, "")
	for _, theme := range themes() {
		name := "docs/images/demo-" + theme.name + ".svg"
		svg, err := readPage(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		text := html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(strings.ReplaceAll(svg, "</text>", "\n"), ""))
		for line := range strings.Lines(plain) {
			if !strings.Contains(text, strings.TrimRight(line, "\n")) {
				t.Errorf("%s lacks %q: run make docs", name, line)
			}
		}
		if !strings.Contains(readme, name) {
			t.Errorf("README does not show %s", name)
		}
	}
}

// A second run that differs only in times, names and the order of events counts as the same.
func TestMasked(t *testing.T) {
	first := "  0.10s  62d08823  RUNNING       \x1b[32m✓\x1b[0m redeploy\n  0.11s  bc55aae1  STOPPING      · claimed\n✓ 1 redeployment. 8.6s"
	second := "  1.20s  00000000  DEACTIVATING  · already_redeployed\n  0.20s  11111111  STOPPING      \x1b[32m✓\x1b[0m redeploy\n✓ 1 redeployment. 9.6s"
	if a, b := masked(first), masked(second); !slices.Equal(a, b) {
		t.Errorf("%q\n%q", a, b)
	}
	if a, b := masked(first), masked(strings.ReplaceAll(first, "1 redeployment", "2 redeployments")); slices.Equal(a, b) {
		t.Errorf("%q hides what differs", a)
	}
}
