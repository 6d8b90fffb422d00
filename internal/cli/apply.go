package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy"
)

// apply does the changes with progress on stderr. Its error says how far it came and what to do.
func (j *installJob) apply(ctx context.Context, names deploy.Names, changes []deploy.Change) error {
	return j.applyChanges(ctx, j.connection, names, changes)
}

func (a *app) applyChanges(ctx context.Context, s *connection, names deploy.Names, changes []deploy.Change) error {
	if len(changes) == 0 {
		return nil
	}
	progress := a.newProgress(changes)
	done, err := deploy.Apply(ctx, s.clients, names, changes, deploy.Options{Wait: a.wait, Report: progress.report})
	progress.Stop()
	if err == nil {
		return nil
	}
	return a.explainStop(ctx, s, err, done, changes)
}

// explainStop adds to an error what was done before it: it stays, and a second run finishes the rest.
func (a *app) explainStop(ctx context.Context, s *connection, err error, done int, changes []deploy.Change) error {
	sofar := "Nothing was changed."
	if s.Wrote() {
		sofar = fmt.Sprintf("%d of %d done; run again to finish.", done, len(changes))
	}
	if ctx.Err() != nil {
		return &apperr.Error{Code: apperr.CodeInterrupted, Message: "interrupted: " + sofar, Err: err}
	}
	var known *apperr.Error
	if !errors.As(err, &known) {
		known = &apperr.Error{Code: apperr.CodeFailed, Message: err.Error(), Err: err}
	}
	explained := *known
	explained.Detail = append(slices.Clone(explained.Detail), sofar)
	explained.Hints = append(slices.Clone(explained.Hints), a.afterStop(s, known, changes)...)
	return &explained
}

// afterStop is what to do next: each of it is safe.
func (a *app) afterStop(s *connection, stopped *apperr.Error, changes []deploy.Change) []string {
	if !s.Wrote() {
		if stopped.Code == apperr.CodeAccessDenied {
			return []string{a.retype() + "   again, once it is allowed"}
		}
		if len(stopped.Hints) > 0 {
			return []string{a.retype() + "   again after that"}
		}
		return nil
	}
	hints := []string{a.retype() + "   finishes it"}
	if len(stopped.Hints) > 0 && stopped.Code != apperr.CodeNotSettled { // by itself it would most often fail again
		hints = []string{a.retype() + "   finishes it after that"}
	}
	if slices.ContainsFunc(changes, func(c deploy.Change) bool { return c.Action == deploy.Create }) {
		hints = append(hints, "spothandler uninstall"+a.scope(a.prefix)+"   removes what is there")
	}
	return hints
}

const (
	settleCeiling = 90 * time.Second
	settlePause   = 500 * time.Millisecond
)

// lookAgain repeats a look until it says that nothing is left.
func (a *app) lookAgain(ctx context.Context, look func(context.Context) (left string, err error)) error {
	ceiling := settleCeiling
	if a.wait > 0 {
		ceiling = a.wait
	}
	deadline := time.Now().Add(ceiling)
	for {
		left, err := look(ctx)
		if err != nil || left == "" {
			return err
		}
		if time.Now().After(deadline) {
			return &apperr.Error{
				Code:    apperr.CodeNotSettled,
				Message: "everything was done, and still a second look finds this left: " + left,
				Detail:  []string{"AWS may need longer, or something else changes it back."},
				Hints:   []string{"spothandler status" + a.scope(a.prefix)},
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(settlePause):
		}
	}
}

// confirm asks for a word on a terminal; elsewhere only --yes will do.
func (a *app) confirm(ctx context.Context, question, word string) error {
	if !a.inTTY {
		message := "this needs a yes, and there is no terminal to ask on"
		if a.several {
			message = "this needs a yes, and several regions cannot be asked for at once"
		}
		return &apperr.Error{
			Code:    "needs_yes",
			Message: message,
			Detail:  []string{"Nothing was changed."},
			Hints:   []string{a.retype() + " --yes"},
		}
	}
	typed, err := a.err.Ask(ctx, a.in, question, word)
	if err != nil {
		return err
	}
	if !typed {
		return &apperr.Error{Code: "declined", Message: "not confirmed", Detail: []string{"Nothing was changed."}, Hints: []string{"--yes   does not ask"}}
	}
	return nil
}
