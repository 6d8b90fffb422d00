package command

import (
	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
)

// markdownPrinter is a result that can be printed as Markdown.
type markdownPrinter interface {
	PrintMarkdown(out *term.Printer)
}

// InstallationOutputs holds the outputs of one installation, or the error that explains why it has none.
type InstallationOutputs struct {
	Location
	Outputs *deploy.Outputs `json:"outputs,omitempty"`
	Error   *ErrorBody      `json:"error,omitempty"`
}

func (f failedResult) Outputs() InstallationOutputs {
	return InstallationOutputs{Location: f.Location, Error: &f.Error}
}

// AllOutputs returns the outputs of every target, or its error.
func (r Results) AllOutputs() []InstallationOutputs {
	all := []InstallationOutputs{}
	for _, each := range r.Results {
		if known, ok := each.(interface{ Outputs() InstallationOutputs }); ok {
			all = append(all, known.Outputs())
		}
	}
	return all
}

// errorResult is the JSON document that -o json prints for an error.
type errorResult struct {
	Error ErrorBody `json:"error"`
}

// ErrorBody is the JSON form of an error in every result.
type ErrorBody struct {
	Code    string   `json:"code"`
	Message string   `json:"message"`
	Detail  []string `json:"detail"`
	Hints   []string `json:"hints"`
}

func bodyOf(err *apperr.Error) ErrorBody {
	return ErrorBody{err.Code, err.Message, append([]string{}, err.Detail...), append([]string{}, err.Hints...)}
}

// RegionError explains why a Region could not be read.
type RegionError struct {
	Name   string    `json:"name,omitempty"` // of the installation in its file
	Region string    `json:"region"`
	Error  ErrorBody `json:"error"`
}

// Results is the result of a command for several targets.
type Results struct {
	Results []any `json:"results"`
}

// failedResult is the result for a target at which the command failed.
type failedResult struct {
	Location
	Error ErrorBody `json:"error"`
}

// Location identifies the target of a command.
type Location struct {
	Name    string `json:"name,omitempty"` // of the installation in its file
	Prefix  string `json:"prefix"`
	Region  string `json:"region"`
	Account string `json:"account"` // "" until it is known
}

// PrintMarkdown prints the error under a heading.
func (e errorResult) PrintMarkdown(out *term.Printer) {
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
		if known, ok := each.(markdownPrinter); ok {
			known.PrintMarkdown(out)
		}
	}
}

// PrintMarkdown prints the target and its error.
func (f failedResult) PrintMarkdown(out *term.Printer) {
	f.Location.PrintMarkdown(out)
	f.Error.PrintMarkdown(out)
}

// PrintMarkdown prints the heading of a target's result.
func (p Location) PrintMarkdown(out *term.Printer) {
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
