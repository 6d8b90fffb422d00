package handler

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the gate's reasons into docs/operations.md")

// The table of reasons in docs/operations.md equals the gate's.
func TestReasonsInTheDocs(t *testing.T) {
	const file, header = "../../docs/operations.md", "| reason | what it says | what the function does |\n|---|---|---|\n"
	var table strings.Builder
	table.WriteString(header)
	for _, r := range Reasons() {
		does := map[Action]string{ActionSkip: "nothing", ActionRedeploy: "redeploys", ActionFail: "fails"}[r.Action]
		fmt.Fprintf(&table, "| `%s` | %s | %s |\n", r.Reason, r.Text, does)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(raw), "\r\n", "\n")
	before, rest, found := strings.Cut(text, header)
	_, after, _ := strings.Cut(rest, "\n\n")
	want := before + table.String() + "\n" + after
	if *update && found {
		if err := os.WriteFile(file, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		text = want
	}
	if !found || text != want {
		t.Errorf("the table of reasons in docs/operations.md differs from the gate's; update it with -update:\n%s", table.String())
	}
}

// The README's table lists every reason once, and no other.
func TestReasonsInTheReadme(t *testing.T) {
	raw, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(strings.ReplaceAll(string(raw), "\r\n", "\n"), "| reason | what happened |\n|---|---|\n")
	table, _, _ := strings.Cut(rest, "\n\n")
	var got, want []string
	for line := range strings.Lines(table) {
		first, _, _ := strings.Cut(strings.TrimPrefix(line, "|"), "|")
		for _, match := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(first, -1) {
			got = append(got, match[1])
		}
	}
	for _, r := range Reasons() {
		want = append(want, string(r.Reason))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("README has\n%v\nthe gate\n%v", got, want)
	}
}
