package cli

import (
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/session"
)

// asked is a thing of ECS that a flag names: a cluster, a service or a task, by its name or its ARN.
type asked struct{ kind, value string }

// checkName refuses, before any call, what can be neither name nor ARN (ECS API: letters, digits, - and _).
func (a asked) checkName() error {
	switch {
	case strings.HasPrefix(a.value, "arn:"):
		parsed, err := arn.Parse(a.value)
		if err != nil || parsed.Service != "ecs" || !strings.HasPrefix(parsed.Resource, a.kind+"/") {
			return apperr.Invalid("arn:aws:ecs:REGION:ACCOUNT:"+a.kind+"/...", "--%s %s: this is not the ARN of a %s", a.kind, a.value, a.kind)
		}
	case regexp.MustCompile(`^[A-Za-z0-9_-]{1,255}$`).MatchString(a.value):
	default:
		cluster, service, found := strings.Cut(a.value, "/")
		if a.kind == "service" && found {
			return apperr.Invalid("--cluster "+apperr.Quote(cluster)+" --service "+apperr.Quote(service), "--service %s: give the cluster by its own flag", a.value)
		}
		return apperr.Invalid("letters, digits, - and _, or an ARN", "--%s %s: this can be no name of a %s", a.kind, a.value, a.kind)
	}
	return nil
}

// checkPlace refuses the ARN of something in another account or Region than the command looks at.
func (a asked) checkPlace(id session.Identity) error {
	parsed, err := arn.Parse(a.value)
	if err != nil {
		return nil //nolint:nilerr // a name is of no place
	}
	switch {
	case parsed.AccountID != id.Account:
		return apperr.Invalid("--profile or --role-arn of that account", "--%s %s is in account %s, and you are in %s", a.kind, a.value, parsed.AccountID, id.Account)
	case parsed.Region != id.Region:
		return apperr.Invalid("--region "+apperr.Quote(parsed.Region), "--%s %s is in %s, and you are looking at %s", a.kind, a.value, parsed.Region, id.Region)
	}
	return nil
}

// askedFor are the values of two flags.
func askedFor(clusters, services []string) []asked {
	var all []asked
	for _, each := range clusters {
		all = append(all, asked{"cluster", each})
	}
	for _, each := range services {
		all = append(all, asked{"service", each})
	}
	return all
}
