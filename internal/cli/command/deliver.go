package command

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
)

// This file is where answers leave the program for others than a person at a terminal: on stdout, and in the files that a
// pipeline reads after the command.

// answerFiles are the files to which an answer is appended; "" is none.
type answerFiles struct {
	summary string // Markdown, such as GitHub's $GITHUB_STEP_SUMMARY
	outputs string // lines NAME=VALUE, such as $GITHUB_OUTPUT, or a dotenv report of GitLab's
}

const (
	summaryFlag = "summary-file"
	outputsFlag = "outputs-file"
)

// AnswerFileFlags gives a command the flags of the files for a pipeline.
func (a *App) AnswerFileFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&a.files.summary, summaryFlag, "", "append the answer in Markdown to a file")
	cmd.Flags().StringVar(&a.files.outputs, outputsFlag, "", "append the outputs and exit code as NAME=VALUE to a file")
	_ = cmd.MarkFlagFilename(summaryFlag)
	_ = cmd.MarkFlagFilename(outputsFlag)
}

// WritesFiles reports whether the answer goes to a file as well.
func (a *App) WritesFiles() bool { return a.files != answerFiles{} }

// check refuses files that cannot be written, before anything is done.
func (f answerFiles) check() error {
	return errors.Join(appendTo(summaryFlag, f.summary, nil), appendTo(outputsFlag, f.outputs, nil))
}

// fill takes the files that were not given from the environment.
func (f *answerFiles) fill(environ []string) {
	for flag, path := range map[string]*string{summaryFlag: &f.summary, outputsFlag: &f.outputs} {
		if text, _ := input.LookupEnv(environ, input.EnvName(flag)); *path == "" {
			*path = text
		}
	}
}

func appendTo(flag, path string, text []byte) error {
	if path == "" {
		return nil
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666) //nolint:gosec // as the umask has it: others read it
	if err == nil {
		_, err = file.Write(text)
		err = errors.Join(err, file.Close())
	}
	if err != nil {
		return apperr.Invalid("name another file, or leave it out", "--%s %s cannot be written: %v", flag, apperr.Quote(path), input.ErrorCause(err))
	}
	return nil
}

// IsText reports whether a person reads stdout: then everything is printed as soon as it is known.
func (a *App) IsText() bool { return a.Output == "text" }

// Deliver hands over what a command came to, in the form that was asked for and to the files. Text was printed on the way.
func (a *App) Deliver(answer any) error {
	var err error
	known, hasMarkdown := answer.(inMarkdownToo)
	switch {
	case a.JSON():
		err = a.Out.JSON(answer)
	case a.Output == "markdown" && hasMarkdown:
		known.PrintMarkdown(a.Out)
	}
	return errors.Join(err, a.files.add(answer))
}

func (f answerFiles) add(answer any) error {
	var summary, outputs bytes.Buffer
	if known, ok := answer.(inMarkdownToo); ok && f.summary != "" {
		known.PrintMarkdown(term.NewPrinter(&summary, term.Style{}))
		summary.WriteByte('\n') // the next step may append its own
	}
	if known, ok := answer.(withOutputs); ok && f.outputs != "" {
		if err := writeOutputs(&outputs, known.AllOutputs()); err != nil {
			return err
		}
	}
	return errors.Join(appendTo(summaryFlag, f.summary, summary.Bytes()), appendTo(outputsFlag, f.outputs, outputs.Bytes()))
}

// end adds the exit code.
func (f answerFiles) end(code int) error {
	return appendTo(outputsFlag, f.outputs, fmt.Appendf(nil, "exit_code=%d\n", code))
}

// withOutputs is an answer that has the outputs of installations.
type withOutputs interface{ AllOutputs() []PlaceOutputs }

// PlaceOutputs is one installation among the outputs, or why there are none.
type PlaceOutputs struct {
	Place
	Outputs *deploy.Outputs `json:"outputs,omitempty"`
	Error   *ErrorBody      `json:"error,omitempty"`
}

// writeOutputs writes the sixteen outputs where there is one installation, and always the list of all as "results", in JSON.
// A value has no line break: it could be taken for another output.
func writeOutputs(out *bytes.Buffer, all []PlaceOutputs) error {
	if len(all) == 1 && all[0].Outputs != nil {
		values := map[string]string{}
		text, err := json.Marshal(all[0].Outputs)
		if err == nil {
			err = json.Unmarshal(text, &values)
		}
		if err != nil {
			return err
		}
		for _, name := range slices.Sorted(maps.Keys(values)) {
			fmt.Fprintf(out, "%s=%s\n", name, term.Escape(values[name]))
		}
	}
	out.WriteString("results=")
	return term.NewPrinter(out, term.Style{}).JSONLine(slices.Concat([]PlaceOutputs{}, all))
}

func (f failedResult) Outputs() PlaceOutputs { return PlaceOutputs{Place: f.Place, Error: &f.Error} }

// AllOutputs returns the outputs of every target, or why it has none.
func (r Results) AllOutputs() []PlaceOutputs {
	all := []PlaceOutputs{}
	for _, each := range r.Results {
		if known, ok := each.(interface{ Outputs() PlaceOutputs }); ok {
			all = append(all, known.Outputs())
		}
	}
	return all
}
