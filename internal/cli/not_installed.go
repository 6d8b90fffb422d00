package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/session"
)

// notInstalled is the verdict of a command on one prefix. Where there are other installations one of them was meant,
// or else a new one would listen beside them: they are named, and an installation is not proposed.
func (a *app) notInstalled(command, prefix, region string, others []deploy.Listed) *apperr.Error {
	verdict := &apperr.Error{
		Code: "not_installed", Message: fmt.Sprintf("%s is not installed in %s", deploy.DisplayPrefix(prefix), region), Err: errNotInstalled,
	}
	if len(others) == 0 {
		verdict.Hints = a.lookFirst(prefix, "spothandler install"+a.scope(prefix))
		return verdict
	}
	sentence, hints := a.nameOthers(command, others)
	verdict.Detail, verdict.Hints = []string{sentence}, hints
	return verdict
}

// nameOthers names all other installations in a sentence, and returns the command on each of the first few.
func (a *app) nameOthers(command string, others []deploy.Listed) (sentence string, hints []string) {
	names := make([]string, len(others))
	for i, other := range others {
		names[i] = deploy.DisplayPrefix(other.Prefix)
	}
	for _, other := range others[:min(fewOthers, len(others))] {
		hints = append(hints, a.another(command, other.Prefix))
	}
	return "Installed there: " + strings.Join(names, ", ") + ".", hints
}

// fewOthers is how many other installations get a hint of their own.
const fewOthers = 3

// lookFirst returns the hints where nothing was found: to look in the other Regions, and only then to install. A typed
// Region may be the wrong one, and a second installation there would do nothing for those who look for the first.
func (a *app) lookFirst(prefix string, install string) []string {
	if a.of != nil || a.file != nil || a.allRegions {
		return []string{install}
	}
	anywhere := *a
	anywhere.region = ""
	return []string{"spothandler status" + anywhere.address(prefix) + " --all-regions   looks in every Region", install}
}

func missing(message string, hints ...string) error {
	return &apperr.Error{Code: "not_installed", Message: message, Hints: hints, Err: errNotInstalled}
}

// nowhereInstalled is the verdict on all regions.
func (a *app) nowhereInstalled(id session.Identity) error {
	a.ownErrors = true
	verdict := missing("spothandler is not installed in any region of account "+id.Account, "spothandler install --region NAME --region NAME")
	return errors.Join(verdict, a.deliver(results{[]any{}}))
}
