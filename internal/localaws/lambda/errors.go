package lambda

import (
	"net/http"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

func notFound(format string, args ...any) *api.Error {
	e := api.Refuse("ResourceNotFoundException", format, args...)
	e.Status = http.StatusNotFound // 400 in other services
	return e
}

func invalidParameter(format string, args ...any) *api.Error {
	return api.Refuse("InvalidParameterValueException", format, args...)
}

func conflict(format string, args ...any) *api.Error {
	return api.Refuse("ResourceConflictException", format, args...)
}
