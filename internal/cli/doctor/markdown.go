package doctor

import (
	"strings"

	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"

	"github.com/spothandler/spothandler/internal/doctor"
)

// PrintMarkdown prints the findings for a ticket or a wiki.
func (d Output) PrintMarkdown(out *term.Printer) {
	e := d.of
	_, words := e.verdict()
	out.Printf("# %s\n\nAccount %s, %s, spothandler %s\n", words, d.Account, d.Region, d.Version)
	if len(e.results) > 0 {
		out.Printf("\n| service | tasks | ready | at an interruption |\n|---|---:|---|---|\n")
	}
	for i := range e.results {
		p := &e.results[i]
		out.Printf("| %s | %d/%d | %s | %s |\n", show.InMarkdown(p.Cluster.Name()+"/"+p.Name()), p.RunningCount, p.DesiredCount,
			map[bool]string{true: "yes", false: "no"}[p.Ready()], show.InMarkdown(e.outcome(p)))
	}
	for i := range e.results {
		markdownSection(out, e.results[i].Cluster.Name()+"/"+e.results[i].Name(), e.results[i].Findings)
	}
	markdownSection(out, "Account", e.accountDiagnosis.Findings)
	markdownSection(out, "Installation", e.installDiagnosis.Findings)
	if reasons, checks := e.unchecked(); len(reasons) > 0 {
		out.Printf("\n## Not checked\n\n")
		for _, why := range reasons {
			out.Printf("- %s (%s)\n", show.InMarkdown(why), term.Plural(checks[why], "check"))
		}
	}
	names := []string{}
	for _, x := range e.installations {
		names = append(names, x.subject.Name)
	}
	if len(names) == 0 {
		names = []string{"none"}
	}
	out.Printf("\nInstallations: %s\n", show.InMarkdown(strings.Join(names, ", ")))
}

func markdownSection(out *term.Printer, title string, findings []doctor.Finding) {
	if len(findings) == 0 {
		return
	}
	out.Printf("\n## %s\n\n", show.InMarkdown(title))
	afterParagraph := false
	for _, f := range findings {
		ignored := ""
		if f.Ignored != "" {
			ignored = ", ignored (" + f.Ignored + ")"
		}
		if afterParagraph {
			out.Printf("\n")
		}
		out.Printf("- **%s** %s%s: %s\n", f.Code, string(f.Severity), ignored, show.InMarkdown(f.Message))
		command, remark, _ := strings.Cut(f.Fix, "   ")
		afterParagraph = f.Fix != ""
		switch {
		case f.Fix == "":
		case !show.IsCommand(f.Fix):
			out.Printf("\n  To fix it: %s.\n", show.InMarkdown(f.Fix))
		default:
			out.Printf("\n  ```sh\n  %s\n  ```\n", command)
			if remark != "" {
				out.Printf("\n  %s\n", show.InMarkdown(remark))
			}
		}
	}
}
