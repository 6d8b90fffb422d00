package command

import (
	"context"
	"errors"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
)

// explain returns an error as it is printed: with a code, at least one hint, and the names of flags replaced by the origins
// of their values.
func (a *App) explain(ctx context.Context, err error) *apperr.Error {
	var known *apperr.Error
	if ctx.Err() != nil {
		message := "interrupted"
		if errors.As(err, &known) && known.Code == apperr.CodeInterrupted && !a.readOnly {
			message = known.Message
		}
		return &apperr.Error{Code: apperr.CodeInterrupted, Message: message, Hints: []string{a.Hints().CommandLine()}, Err: err}
	}
	if full, ok := errors.AsType[*term.WriteError](err); ok { // whatever the cause of the write
		return &apperr.Error{Code: apperr.CodeFailed, Message: full.Error(), Hints: []string{"send the output elsewhere"}, Err: err}
	}
	if !errors.As(a.Sources.Rename(err), &known) {
		known = &apperr.Error{Code: apperr.CodeFailed, Message: err.Error(), Err: err}
	}
	if a.readOnly {
		known = withoutReassurance(known)
	}
	if len(known.Hints) == 0 {
		known = a.Hints().addVerbose(known)
	}
	return known
}

// withoutReassurance returns a copy of err without "Nothing was changed.", for commands that never change anything.
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

// printError prints an error with its hints on stderr and, under -o json, on stdout as well. For one of several targets it
// names the target and leaves the JSON to the combined result.
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
	if !a.OneOfSeveral && !a.ErrorsInResult {
		_ = a.Deliver(errorResult{bodyOf(err)}) // a failure to write cannot be reported either
	}
}
