package deploy

import (
	"errors"
	"fmt"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/session"
)

// explain is apperr.Explain for what an installation does: it also knows a wait that reached its ceiling.
func explain(doing string, caller session.Identity, err error) error {
	explained := apperr.Explain(doing, caller.Caller, err)
	late, waited := errors.AsType[*waitError](err)
	known, ok := errors.AsType[*apperr.Error](explained)
	if !waited || !ok || known.Code == apperr.CodeAccessDenied {
		return explained
	}
	timeout := *known
	timeout.Code = apperr.CodeNotSettled
	timeout.Message = fmt.Sprintf("%s: %s for %s was not enough", doing, late.what, late.ceiling)
	timeout.Detail = append([]string{late.lastWords()}, known.Detail...)
	timeout.Hints = late.hints()
	return &timeout
}
