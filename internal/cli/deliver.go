package cli

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

// answerFileFlags gives a command the flags of the files for a pipeline.
func (a *app) answerFileFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&a.files.summary, summaryFlag, "", "append the answer in Markdown to a file")
	cmd.Flags().StringVar(&a.files.outputs, outputsFlag, "", "append the outputs and exit code as NAME=VALUE to a file")
	_ = cmd.MarkFlagFilename(summaryFlag)
	_ = cmd.MarkFlagFilename(outputsFlag)
}

// writesFiles reports whether the answer goes to a file as well.
func (a *app) writesFiles() bool { return a.files != answerFiles{} }

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

// isText reports whether a person reads stdout: then everything is printed as soon as it is known.
func (a *app) isText() bool { return a.output == "text" }

// deliver hands over what a command came to, in the form that was asked for and to the files. Text was printed on the way.
func (a *app) deliver(answer any) error {
	var err error
	known, hasMarkdown := answer.(inMarkdownToo)
	switch {
	case a.json():
		err = a.out.JSON(answer)
	case a.output == "markdown" && hasMarkdown:
		known.printMarkdown(a.out)
	}
	return errors.Join(err, a.files.add(answer))
}

func (f answerFiles) add(answer any) error {
	var summary, outputs bytes.Buffer
	if known, ok := answer.(inMarkdownToo); ok && f.summary != "" {
		known.printMarkdown(term.NewPrinter(&summary, term.Style{}))
		summary.WriteByte('\n') // the next step may append its own
	}
	if known, ok := answer.(withOutputs); ok && f.outputs != "" {
		if err := writeOutputs(&outputs, known.all()); err != nil {
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
type withOutputs interface{ all() []installedThere }

// installedThere is one installation among the outputs, or why there are none.
type installedThere struct {
	place
	Outputs *deploy.Outputs `json:"outputs,omitempty"`
	Error   *errorBody      `json:"error,omitempty"`
}

// writeOutputs writes the sixteen outputs where there is one installation, and always the list of all as "results", in JSON.
// A value has no line break: it could be taken for another output.
func writeOutputs(out *bytes.Buffer, all []installedThere) error {
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
	return term.NewPrinter(out, term.Style{}).JSONLine(slices.Concat([]installedThere{}, all))
}

func (f failedResult) there() installedThere { return installedThere{place: f.place, Error: &f.Error} }

func (r results) all() []installedThere {
	all := []installedThere{}
	for _, each := range r.Results {
		if known, ok := each.(interface{ there() installedThere }); ok {
			all = append(all, known.there())
		}
	}
	return all
}
