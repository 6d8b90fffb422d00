package doctor

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/services"
)

// unreadable returns an error if doctor could read no service at all, or not a cluster or service that was specified. A pipeline
// must not take that for success.
func (o *options) unreadable(facts *services.Facts) error {
	unread := slices.Clone(facts.Unread)
	read := 0 // number of clusters whose services are known
	for i := range facts.Clusters {
		if u := facts.Clusters[i].Unread; u != nil {
			unread = append(unread, *u)
		} else {
			read++
		}
	}
	unread = slices.DeleteFunc(unread, func(u services.Unread) bool {
		return u.Part != services.PartClusters && u.Part != services.PartServices
	})
	var what string
	switch {
	case len(unread) == 0:
		return nil
	case len(facts.Unseen) > 0:
		what = "service " + strings.Join(facts.Unseen, ", ")
	case read == 0:
		what = "the services"
	case len(o.clusters) > 0:
		what = "a specified cluster"
	default:
		return nil
	}
	code, hint := apperr.CodeFailed, unread[0].Hint
	if unread[0].Denied {
		code, hint = apperr.CodeAccessDenied, "spothandler policy doctor   the least-privilege policy"
	}
	subject := ""
	if unread[0].Subject != "" {
		subject = " (" + unread[0].Subject + ")"
	}
	explained := &apperr.Error{
		Code: code, Message: fmt.Sprintf("could not read %s: %s%s", what, unread[0].Why, subject),
		Detail: []string{"The readiness is unknown. Nothing was changed."},
	}
	if hint != "" {
		explained.Hints = []string{hint}
	}
	return explained
}
