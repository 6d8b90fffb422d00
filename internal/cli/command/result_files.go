package command

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/cli/term"
)

// resultFiles are the files to which a command appends its result; "" means none.
type resultFiles struct {
	summary string // Markdown, such as GitHub's $GITHUB_STEP_SUMMARY
	outputs string // lines NAME=VALUE, such as $GITHUB_OUTPUT, or a dotenv report of GitLab's
}

const (
	summaryFlag = "summary-file"
	outputsFlag = "outputs-file"
)

// check returns an error if a file cannot be written. It runs before the command starts its work.
func (f resultFiles) check() error {
	return errors.Join(appendTo(summaryFlag, f.summary, nil), appendTo(outputsFlag, f.outputs, nil))
}

// fill sets the paths that were not set by flags from the environment.
func (f *resultFiles) fill(environ []string) {
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
	if mayBlock(path) {
		return apperr.Invalid("name another file, or omit it", "--%s %s is not a regular file", flag, apperr.Quote(path))
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666) //nolint:gosec // subject to the umask: other users may read it
	if err == nil {
		_, err = file.Write(text)
		err = errors.Join(err, file.Close())
	}
	if err != nil {
		return apperr.Invalid("name another file, or omit it", "--%s %s cannot be written: %v", flag, apperr.Quote(path), input.ErrorCause(err))
	}
	return nil
}

// mayBlock reports whether a path exists and is neither a regular file, a directory, a character device such as /dev/null
// nor a pipe that is open already: the opening of a named pipe waits for a reader.
func mayBlock(path string) bool {
	info, err := os.Stat(path)
	if err != nil || info.Mode().IsRegular() || info.IsDir() || info.Mode()&fs.ModeCharDevice != 0 {
		return false
	}
	resolved, err := filepath.EvalSymlinks(path)
	isOpen := err != nil || strings.HasPrefix(resolved, "/dev/") // on Linux, the link /dev/stdout leads to a pipe without a name
	return info.Mode()&fs.ModeNamedPipe == 0 || !isOpen
}

func (f resultFiles) add(result any) error {
	var summary, outputs bytes.Buffer
	if known, ok := result.(markdownPrinter); ok && f.summary != "" {
		known.PrintMarkdown(term.NewPrinter(&summary, term.Style{}))
		summary.WriteByte('\n') // the next step may append its own
	}
	if known, ok := result.(outputsProvider); ok && f.outputs != "" {
		if err := writeOutputs(&outputs, known.AllOutputs()); err != nil {
			return err
		}
	}
	return errors.Join(appendTo(summaryFlag, f.summary, summary.Bytes()), appendTo(outputsFlag, f.outputs, outputs.Bytes()))
}

// end appends the exit code.
func (f resultFiles) end(code int) error {
	return appendTo(outputsFlag, f.outputs, fmt.Appendf(nil, "exit_code=%d\n", code))
}

// outputsProvider is a result that includes the outputs of installations.
type outputsProvider interface{ AllOutputs() []InstallationOutputs }

// writeOutputs writes the outputs of a single installation as NAME=VALUE lines and, in every case, all installations as
// "results" in JSON. Line breaks in values are escaped, so that no value can forge another output.
func writeOutputs(out *bytes.Buffer, all []InstallationOutputs) error {
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
	return term.NewPrinter(out, term.Style{}).JSONLine(slices.Concat([]InstallationOutputs{}, all))
}
