package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// freeze draws the pictures: https://github.com/charmbracelet/freeze. This version is run with go run, and is in no
// module.
const freeze = "github.com/charmbracelet/freeze@v0.2.2"

// theme holds the colors of a picture: those of the page that shows it, and replacements for the terminal's.
type theme struct {
	name, background, border, text string
	of                             map[string]string // by SGR code
}

func themes() []theme {
	return []theme{
		{"light", "#ffffff", "#d0d7de", "#1f2328", map[string]string{"2": "#59636e", "31": "#d1242f", "32": "#1a7f37", "33": "#9a6700", "36": "#0969da"}},
		{"dark", "#0d1117", "#3d444d", "#f0f6fc", map[string]string{"2": "#9198a1", "31": "#f85149", "32": "#3fb950", "33": "#d29922", "36": "#4493f8"}},
	}
}

// pictures writes docs/images/demo.ansi, a part of the demo's output, and its pictures. They are kept if a new run
// differs only in times, names and the order of events, so that a second run changes nothing.
func pictures(ctx context.Context, binary string) error {
	shown, err := demo(ctx, binary)
	if err != nil {
		return err
	}
	folder := filepath.Join("docs", "images")
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // world-readable on purpose
		return err
	}
	file := filepath.Join(folder, "demo.ansi")
	if before, err := readPage(file); err == nil && slices.Equal(masked(before), masked(shown)) {
		shown = before
	}
	if err := os.WriteFile(file, []byte(shown), 0o644); err != nil { //nolint:gosec // world-readable on purpose
		return err
	}
	for _, theme := range themes() {
		if err := theme.draw(ctx, shown, filepath.Join(folder, "demo-"+theme.name+".svg")); err != nil {
			return err
		}
	}
	return nil
}

// demo runs the demo and returns the part of its output for the picture: the interruption and the end, in color.
func demo(ctx context.Context, binary string) (string, error) {
	cmd := exec.CommandContext(ctx, binary, "demo") //nolint:gosec // the binary that make built
	cmd.Env = append(os.Environ(), "CLICOLOR_FORCE=1", "NO_COLOR=", "TERM=xterm", "LC_ALL=C.UTF-8")
	output, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("running the demo: %w\n%s", err, output)
	}
	found := regexp.MustCompile(`(?s)\n([^\n]*── 4 of \d ──.*?)\n\n[^\n]*── 5 of \d ──.*\n([^\n]*tasks interrupted[^\n]*)\n`).FindSubmatch(output)
	if found == nil {
		return "", errors.New("the demo did not print what the picture shows")
	}
	return fmt.Sprintf("%s\n\n%s\n", found[1], found[2]), nil
}

// masked returns the lines without colors and without what differs from run to run, sorted and without duplicates.
func masked(shown string) []string {
	for _, each := range []struct{ pattern, text string }{
		{`\x1b\[[0-9;]*m`, ""},
		{`\b[0-9a-f]{8}\b|\b[0-9]{8,}\b|[0-9]+\.[0-9]+s`, "X"},
		{` *\b(RUNNING|DEACTIVATING|STOPPING)\b *`, " STATUS "},
		{`(?m)^.*\b(claimed|rollout_in_progress|already_redeployed)\b.*$`, "REASON"},
	} {
		shown = regexp.MustCompile(each.pattern).ReplaceAllString(shown, each.text)
	}
	lines := strings.Split(shown, "\n")
	slices.Sort(lines)
	return slices.Compact(lines)
}

// draw writes the picture of a text in the theme's colors.
func (t theme) draw(ctx context.Context, shown, file string) error {
	cmd := exec.CommandContext(
		ctx, "go", "run", freeze, "--language", "ansi", "--output", file, "--background", t.background,
		"--border.radius", "6", "--border.width", "1", "--border.color", t.border, "--padding", "16,20",
		"--font.family", "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace", "--font.size", "14", "--line-height", "1.3",
	)
	cmd.Stdin = strings.NewReader(strings.TrimSpace(t.colored(shown)))
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("running freeze: %w\n%s", err, output)
	}
	svg, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	svg = regexp.MustCompile(`(<g [^>]*fill=")[^"]*`).ReplaceAll(svg, []byte("${1}"+t.text))
	return os.WriteFile(file, svg, 0o644) //nolint:gosec // world-readable on purpose
}

// colored replaces the terminal's colors by the theme's: freeze does not support faint text, and has one palette for
// all backgrounds.
func (t theme) colored(shown string) string {
	return regexp.MustCompile(`\x1b\[([0-9;]*)m`).ReplaceAllStringFunc(shown, func(code string) string {
		color := t.of[strings.Trim(code, "\x1b[m")]
		if color == "" {
			return "\x1b[0m"
		}
		var r, g, b int
		if _, err := fmt.Sscanf(color, "#%02x%02x%02x", &r, &g, &b); err != nil {
			return ""
		}
		return fmt.Sprintf("\x1b[38;2;%d;%d;%dm", r, g, b)
	})
}
