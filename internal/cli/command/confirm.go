package command

import (
	"context"

	"github.com/spothandler/spothandler/internal/apperr"
)

// Confirm asks a question on the terminal and returns nil if the user types word. It returns an error for any other input,
// and if there is no terminal, in which case the caller has to give --yes.
func (a *App) Confirm(ctx context.Context, question, word string) error {
	if !a.StdinTTY {
		message := "this requires confirmation, and there is no terminal to ask on"
		if a.OneOfSeveral {
			message = "this requires confirmation, and there is no prompt for several targets"
		}
		return &apperr.Error{
			Code:    "needs_yes",
			Message: message,
			Detail:  []string{"Nothing was changed."},
			Hints:   []string{a.Hints().CommandLine() + " --yes"},
		}
	}
	typed, err := a.Err.Ask(ctx, a.Stdin, question, word)
	if err != nil {
		return err
	}
	if !typed {
		return &apperr.Error{Code: "declined", Message: "not confirmed", Detail: []string{"Nothing was changed."}, Hints: []string{"type " + word + " to confirm, or use --yes"}}
	}
	return nil
}
