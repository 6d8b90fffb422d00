package command

import (
	"context"
	"errors"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
)

// explain returns an error as it is shown: with a code, with a hint, and with the flags as they were given.
func (a *App) explain(ctx context.Context, err error) *apperr.Error {
	var known *apperr.Error
	if ctx.Err() != nil {
		message := "interrupted"
		if errors.As(err, &known) && known.Code == apperr.CodeInterrupted && !a.readOnly {
			message = known.Message
		}
		return &apperr.Error{Code: apperr.CodeInterrupted, Message: message, Hints: []string{a.CommandLine()}, Err: err}
	}
	if full, ok := errors.AsType[*term.WriteError](err); ok { // whatever was being read for it
		return &apperr.Error{Code: apperr.CodeFailed, Message: full.Error(), Hints: []string{"send the output elsewhere"}, Err: err}
	}
	if !errors.As(a.Sources.Rename(err), &known) {
		known = &apperr.Error{Code: apperr.CodeFailed, Message: err.Error(), Err: err}
	}
	if a.readOnly {
		known = withoutReassurance(known)
	}
	if len(known.Hints) == 0 {
		known = a.withVerboseHint(known)
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
func (a *App) printError(err *apperr.Error) {
	message := err.Message
	if a.OneOfSeveral {
		message = a.target + ": " + message
	}
	if err.Code == apperr.CodeInterrupted {
		a.Err.Print(a.Err.Note("", message))
	} else {
		a.Err.Print(a.Err.Verdict(message))
	}
	for _, line := range err.Detail {
		a.Err.Print(a.Err.Paragraph("  ", line))
	}
	for _, each := range err.Hints {
		show.Hint(a.Err, each)
	}
	if !a.OneOfSeveral && !a.ErrorsInAnswer {
		_ = a.Deliver(errorAnswer{bodyOf(err)}) // nobody is left to tell that it could not be written
	}
}
