package session

import (
	"context"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
)

// Endpoints returns where calls go elsewhere than to AWS: the SDK takes that from the environment and the profile,
// for all services or for one.
func (s *Source) Endpoints() []string {
	var found []string
	for _, service := range []string{"STS", "IAM", "CloudWatch Logs", "Lambda", "EventBridge"} {
		if url := s.endpoint(service); url != "" && !slices.Contains(found, url) {
			found = append(found, url)
		}
	}
	return found
}

// endpoint returns the endpoint that the SDK's clients of a service use in place of AWS's own, or "". It is the rule
// of each client's resolveBaseEndpoint, by precedence: the service's variable, AWS_ENDPOINT_URL, the service's in the
// profile, the profile's.
func (s *Source) endpoint(serviceID string) string {
	ctx := context.Background() // nothing is read that could wait
	if ignored, found, err := config.GetIgnoreConfiguredEndpoints(ctx, s.cfg.ConfigSources); err == nil && found && ignored {
		return ""
	}
	_, all := os.LookupEnv("AWS_ENDPOINT_URL")
	_, one := os.LookupEnv("AWS_ENDPOINT_URL_" + strings.ToUpper(strings.ReplaceAll(serviceID, " ", "_")))
	if all && !one {
		return aws.ToString(s.cfg.BaseEndpoint)
	}
	for _, source := range s.cfg.ConfigSources {
		provider, ok := source.(interface {
			GetServiceBaseEndpoint(context.Context, string) (string, bool, error)
		})
		if !ok {
			continue
		}
		if url, found, err := provider.GetServiceBaseEndpoint(ctx, serviceID); err == nil && found {
			return url
		}
	}
	return aws.ToString(s.cfg.BaseEndpoint)
}

// Endpoints returns where the session's calls go elsewhere than to AWS.
func (s *Session) Endpoints() []string { return s.source.Endpoints() }
