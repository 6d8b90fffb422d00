package session

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/spothandler/spothandler/internal/apperr"
)

// Endpoints returns what Session.Endpoints does, before there is a session.
func (s *Source) Endpoints() []string {
	var shown []string
	for _, endpoint := range s.endpoints() {
		shown = append(shown, MaskURL(endpoint))
	}
	return shown
}

func isLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// MaskURL removes the parts of a URL that may be secret: the user information and the query.
func MaskURL(address string) string {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Host == "" {
		if at := strings.LastIndex(address, "@"); at >= 0 {
			return "***" + address[at:]
		}
		return address
	}
	secret := parsed.User != nil
	parsed.User, parsed.Fragment = nil, ""
	if parsed.RawQuery != "" {
		parsed.RawQuery = "***"
	}
	if secret {
		return strings.Replace(parsed.String(), "://", "://***@", 1)
	}
	return parsed.String()
}

// checkEndpoints rejects an endpoint that is not a URL, before the SDK prints it with its secrets.
func (s *Source) checkEndpoints() error {
	for _, endpoint := range s.endpoints() {
		parsed, err := url.Parse(endpoint)
		if err == nil && parsed.Host != "" && (parsed.Scheme == "http" || parsed.Scheme == "https") {
			continue
		}
		return &apperr.Error{
			Code:    codeConfiguration,
			Message: fmt.Sprintf("the endpoint %s is not a URL of a host", MaskURL(endpoint)),
			Detail:  []string{"It comes from AWS_ENDPOINT_URL, a variable of one service, or the profile.", unchanged},
			Hints:   []string{"export AWS_ENDPOINT_URL=http://HOST:PORT"},
		}
	}
	return nil
}

func (s *Source) endpoints() []string {
	var found []string
	for _, service := range []string{
		"STS", "SSO", "SSO OIDC", "IAM", "CloudWatch Logs", "Lambda", "EventBridge", "ECS", "Resource Groups Tagging API", "Account",
		"EC2", "Elastic Load Balancing v2", "Application Auto Scaling", "CloudWatch", "Service Quotas",
	} {
		if endpoint := s.endpoint(service); endpoint != "" && !slices.Contains(found, endpoint) {
			found = append(found, endpoint)
		}
	}
	return found
}

// endpoint returns the endpoint that the SDK's clients of a service use instead of AWS's own, or "". It
// follows each client's resolveBaseEndpoint, in order of precedence: the service's variable,
// AWS_ENDPOINT_URL, the service's setting in the profile, the profile's.
func (s *Source) endpoint(serviceID string) string {
	ctx := context.Background() // everything is in memory
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
		if endpoint, found, err := provider.GetServiceBaseEndpoint(ctx, serviceID); err == nil && found {
			return endpoint
		}
	}
	return aws.ToString(s.cfg.BaseEndpoint)
}

// useEndpoint sends the calls that obtain credentials to the configured endpoints, as the AWS CLI does. The
// SDK creates their clients before it has read most of the endpoints (config, defaultAWSConfigResolvers:
// credentials come before the base endpoint), and would send to AWS a token intended for another endpoint.
func (s *Source) useEndpoint(stack *middleware.Stack) error {
	const resolved = "ResolveEndpointV2"
	if _, ok := stack.Finalize.Get(resolved); !ok {
		return nil
	}
	return stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("spothandlerEndpoint", s.redirect), resolved, middleware.After)
}

func (s *Source) redirect(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
	service := awsmiddleware.GetServiceID(ctx)
	if service == "" { // the metadata of an instance or a container
		return next.HandleFinalize(ctx, in)
	}
	request, ok := in.Request.(*smithyhttp.Request)
	endpoint := s.endpoint(service)
	if !ok || endpoint == "" {
		return next.HandleFinalize(ctx, in)
	}
	target, err := url.Parse(endpoint)
	if err != nil {
		return middleware.FinalizeOutput{}, middleware.Metadata{}, fmt.Errorf("the endpoint %s is not a URL", MaskURL(endpoint))
	}
	request.URL.Scheme, request.URL.Host = target.Scheme, target.Host
	if path := strings.TrimSuffix(target.Path, "/"); !strings.HasPrefix(request.URL.Path, path+"/") { // the path is already that of a service's endpoint
		request.URL.Path = smithyhttp.JoinPath(path, request.URL.Path)
		request.URL.RawPath = ""
	}
	return next.HandleFinalize(ctx, in)
}
