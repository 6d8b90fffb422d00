package command

import (
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
)

// This file is the answers of install, upgrade, uninstall and status in Markdown, for a comment on a pull request or a
// job's summary.

// inMarkdownToo is an answer that can be shown in Markdown.
type inMarkdownToo interface {
	PrintMarkdown(out *term.Printer)
}

// PrintMarkdown prints why the command failed.
func (e errorAnswer) PrintMarkdown(out *term.Printer) {
	out.Printf("### spothandler failed\n\n")
	e.Error.PrintMarkdown(out)
}

// PrintMarkdown prints the error with its details and hints.
func (e ErrorBody) PrintMarkdown(out *term.Printer) {
	out.Printf("**%s** (%s)\n", show.InMarkdown(e.Message), show.InCode(e.Code))
	for _, line := range e.Detail {
		out.Printf("\n%s\n", show.InMarkdown(line))
	}
	if len(e.Hints) > 0 {
		out.Printf("\n")
		show.HintsMarkdown(out, e.Hints)
	}
}

// PrintMarkdown prints the result of every target.
func (r Results) PrintMarkdown(out *term.Printer) {
	if len(r.Results) == 0 {
		out.Printf("### spothandler\n\nNo installation was found.\n")
	}
	for index, each := range r.Results {
		if index > 0 {
			out.Printf("\n")
		}
		if known, ok := each.(inMarkdownToo); ok {
			known.PrintMarkdown(out)
		}
	}
}

// PrintMarkdown prints where the command failed, and why.
func (f failedResult) PrintMarkdown(out *term.Printer) {
	f.Place.PrintMarkdown(out)
	f.Error.PrintMarkdown(out)
}

// PrintMarkdown is the heading of what was done, or failed, there.
func (p Place) PrintMarkdown(out *term.Printer) {
	title := deploy.DisplayPrefix(p.Prefix)
	if p.Name != "" {
		title = p.Name + ", " + title
	}
	out.Printf("### spothandler: %s in %s", show.InMarkdown(title), show.InMarkdown(p.Region))
	if p.Account != "" {
		out.Printf(" of account %s", show.InMarkdown(p.Account))
	}
	out.Printf("\n\n")
}
