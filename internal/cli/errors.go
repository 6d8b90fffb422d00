package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
)

// errorAnswer is how an error looks under -o json.
type errorAnswer struct {
	Error errorBody `json:"error"`
}

type errorBody struct {
	Code    string   `json:"code"`
	Message string   `json:"message"`
	Detail  []string `json:"detail"`
	Hints   []string `json:"hints"`
}

func bodyOf(err *apperr.Error) errorBody {
	return errorBody{err.Code, err.Message, append([]string{}, err.Detail...), append([]string{}, err.Hints...)}
}

// explain returns an error as it is shown: with a code, with a hint, and with the flags as they were given.
func (a *app) explain(ctx context.Context, err error) *apperr.Error {
	var known *apperr.Error
	if ctx.Err() != nil {
		message := "interrupted"
		if errors.As(err, &known) && known.Code == apperr.CodeInterrupted && !a.readOnly {
			message = known.Message
		}
		return &apperr.Error{Code: apperr.CodeInterrupted, Message: message, Hints: []string{a.commandLine()}, Err: err}
	}
	if full, ok := errors.AsType[*term.WriteError](err); ok { // whatever was being read for it
		return &apperr.Error{Code: apperr.CodeFailed, Message: full.Error(), Hints: []string{"send the output elsewhere"}, Err: err}
	}
	if !errors.As(a.sources.Rename(err), &known) {
		known = &apperr.Error{Code: apperr.CodeFailed, Message: err.Error(), Err: err}
	}
	if a.readOnly {
		known = withoutReassurance(known)
	}
	if len(known.Hints) == 0 {
		known = a.withLastResort(known)
	}
	return known
}

// withoutReassurance is an error of a command that never changes anything, which need not say so.
func withoutReassurance(err *apperr.Error) *apperr.Error {
	said := *err
	said.Detail = nil
	for _, line := range err.Detail {
		if line = strings.TrimSpace(strings.TrimSuffix(line, "Nothing was changed.")); line != "" {
			said.Detail = append(said.Detail, line)
		}
	}
	return &said
}

// printError shows one error and its cure, on stderr and, under -o json, on stdout as well. Among several
// regions it names its own, and leaves JSON to the report on all.
func (a *app) printError(err *apperr.Error) {
	message := err.Message
	if a.several {
		message = a.target + ": " + message
	}
	if err.Code == apperr.CodeInterrupted {
		a.err.Print(a.err.Note("", message))
	} else {
		a.err.Print(a.err.Verdict(message))
	}
	for _, line := range err.Detail {
		a.err.Print(a.err.Paragraph("  ", line))
	}
	for _, each := range err.Hints {
		show.Hint(a.err, each)
	}
	if !a.several && !a.ownErrors {
		_ = a.deliver(errorAnswer{bodyOf(err)}) // nobody is left to tell that it could not be written
	}
}

// withLastResort is an error for which nothing better is known than to look closer.
func (a *app) withLastResort(err *apperr.Error) *apperr.Error {
	hinted := *err
	hinted.Hints = []string{a.commandLine() + " --verbose   the same, with every call to AWS"}
	if a.verbose {
		hinted.Hints = []string{"see the failed calls above"}
	}
	return &hinted
}

// commandLine is the command as it was typed, to be pasted again.
func (a *app) commandLine() string {
	words := []string{"spothandler"}
	for _, arg := range a.args {
		words = append(words, apperr.Quote(arg))
	}
	return strings.Join(words, " ")
}

// scope is the flags that make another command be about the same installation: what was typed of them.
func (a *app) scope(prefix string) string {
	if a.of != nil && prefix == a.of.Prefix() {
		return a.ofFile(a.of.Name)
	}
	return a.address(prefix)
}

// address is the same by the flags that say where it is.
func (a *app) address(prefix string) string {
	var out strings.Builder
	for _, flag := range []struct{ name, value string }{
		{"prefix", prefix}, {"region", a.region}, {"profile", a.profile}, {"role-arn", a.roleARN}, {"expect-account", a.expectAccount},
	} {
		if flag.value != "" {
			fmt.Fprintf(&out, " --%s %s", flag.name, apperr.Quote(flag.value))
		}
	}
	return out.String()
}

// another is a command about another installation, or where nothing that can be typed leads to it, what is in the way.
func (a *app) another(command, prefix string) string {
	if prefix == "" && a.sources.Prefix != "" {
		return fmt.Sprintf("%s is meant only where %s does not give a prefix", deploy.DisplayPrefix(prefix), a.sources.Prefix)
	}
	return "spothandler " + command + a.scope(prefix)
}

// without is the typed command less some flags that take no value. One that the environment has set is turned off.
func (a *app) without(flags ...string) string {
	copied := *a
	copied.args = nil
	for _, arg := range a.args {
		if name, _, _ := strings.Cut(arg, "="); !slices.Contains(flags, name) {
			copied.args = append(copied.args, arg)
		}
	}
	for _, flag := range flags {
		if source := a.sources.Of[strings.TrimPrefix(flag, "--")]; source != "" && source != flag {
			copied.args = append(copied.args, flag+"=false")
		}
	}
	return copied.commandLine()
}

// regionError is why a region could not be read.
type regionError struct {
	Name   string    `json:"name,omitempty"` // of the installation in its file
	Region string    `json:"region"`
	Error  errorBody `json:"error"`
}

// pointToPolicy adds to an error for want of rights where to read which are needed: for a command, or for those of the
// usual policy where command is "".
func (a *app) pointToPolicy(command, prefix string, err error) error {
	var known *apperr.Error
	if !errors.As(err, &known) || known.Code != apperr.CodeAccessDenied {
		return err
	}
	if command != "" {
		command = " " + command
	}
	explained := *known
	explained.Hints = append([]string{"spothandler policy" + command + a.scope(prefix) + "   the least that its caller needs"}, known.Hints...)
	return &explained
}
