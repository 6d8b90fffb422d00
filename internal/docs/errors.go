package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/doctor"
)

// errorsPart lists the texts of all errors by their codes, from the golden file of the test of these texts.
func errorsPart(root string) (string, error) {
	golden, err := readPage(filepath.Join(root, "internal", "cli", "testdata", "errors.golden"))
	if err != nil {
		return "", err
	}
	byCode := map[string][]string{}
	for block := range strings.SplitSeq("\n"+golden, "\n# ") {
		title, text, found := strings.Cut(block, "\n")
		code, name, _ := strings.Cut(title, ": ")
		if found && name != "" {
			byCode[code] = append(byCode[code], fmt.Sprintf("# %s\n%s", name, strings.TrimSpace(text)))
		}
	}
	codes := make([]string, 0, len(byCode))
	for code := range byCode {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	var out strings.Builder
	for _, code := range codes {
		fmt.Fprintf(&out, "\n## %s\n\n```text\n%s\n```\n", code, strings.Join(byCode[code], "\n\n"))
	}
	return out.String(), nil
}

// findingsPart returns a table of doctor's findings, each with a link to its section in docs/doctor.md.
func findingsPart() string {
	var out strings.Builder
	out.WriteString("| code | finding |\n|---|---|\n")
	for _, e := range doctor.Explanations() {
		fmt.Fprintf(&out, "| [`%s`](doctor.md#%s) | %s |\n", e.Code, slug(e.Code+": "+e.Title), e.Title)
	}
	return out.String()
}
