package command

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/session"
)

// NotInstalled returns the error of a command for a prefix that is not installed, for ExitNotInstalled. If there are other
// installations in the Region, the error names them and does not suggest an install: the user probably meant one of them, and
// a new one would process the same events.
func (a *App) NotInstalled(command, prefix, region string, others []deploy.Listed) *apperr.Error {
	verdict := &apperr.Error{
		Code: "not_installed", Message: fmt.Sprintf("%s is not installed in %s", deploy.DisplayPrefix(prefix), region), Err: ErrNotInstalled,
	}
	if len(others) == 0 {
		verdict.Hints = a.SearchHints(prefix, "spothandler install"+a.InstallationFlags(prefix))
		return verdict
	}
	sentence, hints := a.DescribeOthers(command, others)
	verdict.Detail, verdict.Hints = []string{sentence}, hints
	return verdict
}

// DescribeOthers returns a sentence that names all other installations, and hints with the command for the first few.
func (a *App) DescribeOthers(command string, others []deploy.Listed) (sentence string, hints []string) {
	names := make([]string, len(others))
	for i, other := range others {
		names[i] = deploy.DisplayPrefix(other.Prefix)
	}
	for _, other := range others[:min(maxOtherHints, len(others))] {
		hints = append(hints, a.CommandFor(command, other.Prefix))
	}
	return "Installed there: " + strings.Join(names, ", ") + ".", hints
}

// maxOtherHints is the maximum number of other installations with a hint.
const maxOtherHints = 3

// NotInstalledError returns the error of a command that found no installation, for ExitNotInstalled.
func NotInstalledError(message string, hints ...string) error {
	return &apperr.Error{Code: "not_installed", Message: message, Hints: hints, Err: ErrNotInstalled}
}

// NowhereInstalled delivers an empty result, and returns the error of a command that found no installation in any Region.
func (a *App) NowhereInstalled(id session.Identity) error {
	a.ErrorsInAnswer = true
	verdict := NotInstalledError("spothandler is not installed in any Region of account "+id.Account, "spothandler install --region NAME --region NAME")
	return errors.Join(verdict, a.Deliver(Results{[]any{}}))
}
