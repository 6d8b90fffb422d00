package input

import (
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/session"
)

// Resource is an ECS resource that a flag names: Kind is "cluster", "service" or "task", Value its name or ARN.
type Resource struct{ Kind, Value string }

// CheckName returns an error if the value is neither a valid name (ECS API: letters, digits, - and _) nor an ARN of the
// kind.
func (a Resource) CheckName() error {
	switch {
	case strings.HasPrefix(a.Value, "arn:"):
		parsed, err := arn.Parse(a.Value)
		if err != nil || parsed.Service != "ecs" || !strings.HasPrefix(parsed.Resource, a.Kind+"/") {
			return apperr.Invalid("arn:PARTITION:ecs:REGION:ACCOUNT:"+a.Kind+"/...", "--%s %s: this is not the ARN of a %s", a.Kind, a.Value, a.Kind)
		}
	case regexp.MustCompile(`^[A-Za-z0-9_-]{1,255}$`).MatchString(a.Value):
	default:
		cluster, service, found := strings.Cut(a.Value, "/")
		if a.Kind == "service" && found {
			return apperr.Invalid("--cluster "+apperr.Quote(cluster)+" --service "+apperr.Quote(service), "--service %s: give the cluster by its own flag", a.Value)
		}
		return apperr.Invalid("letters, digits, - and _, or an ARN", "--%s %s: this cannot be the name of a %s", a.Kind, a.Value, a.Kind)
	}
	return nil
}

// CheckLocation returns an error if the value is an ARN in another partition, account or Region than id. Empty fields of id
// are unknown and not checked.
func (a Resource) CheckLocation(id session.Identity) error {
	parsed, err := arn.Parse(a.Value)
	if err != nil {
		return nil //nolint:nilerr // a name has no location
	}
	if err := id.CheckPartition("--"+a.Kind+" "+a.Value, parsed.Partition); err != nil {
		return err
	}
	switch {
	case id.Account != "" && parsed.AccountID != id.Account:
		return apperr.Invalid("use --profile or --role-arn for that account", "--%s %s is in account %s, and the command works in %s", a.Kind, a.Value, parsed.AccountID, id.Account)
	case id.Region != "" && parsed.Region != id.Region:
		return apperr.Invalid("--region "+apperr.Quote(parsed.Region), "--%s %s is in %s, and the command works in %s", a.Kind, a.Value, parsed.Region, id.Region)
	}
	return nil
}

// CheckLocations calls CheckLocation for each of the resources.
func CheckLocations(all []Resource, id session.Identity) error {
	for _, each := range all {
		if err := each.CheckLocation(id); err != nil {
			return err
		}
	}
	return nil
}

// Resources returns the values of --cluster and --service as resources.
func Resources(clusters, services []string) []Resource {
	var all []Resource
	for _, each := range clusters {
		all = append(all, Resource{"cluster", each})
	}
	for _, each := range services {
		all = append(all, Resource{"service", each})
	}
	return all
}
