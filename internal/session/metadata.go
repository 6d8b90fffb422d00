package session

import (
	"net/http"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
)

// metadataClient returns a client for the instance's metadata that is as patient as the AWS CLI: one attempt of a
// second, since the service is on the same host, or what the CLI's variables say. The SDK's own client would look for
// twelve seconds where there is no instance.
func (s *Source) metadataClient(cfg aws.Config) *imds.Client {
	timeout := time.Duration(s.numberFromEnv("AWS_METADATA_SERVICE_TIMEOUT", 1)) * time.Second
	attempts := s.numberFromEnv("AWS_METADATA_SERVICE_NUM_ATTEMPTS", 1)
	return imds.NewFromConfig(cfg, func(o *imds.Options) {
		o.Retryer = retry.AddWithMaxAttempts(retry.NewStandard(), attempts)
		o.DisableDefaultTimeout = true // which is of five seconds for all attempts together
		client := &http.Client{Timeout: timeout}
		if s.HTTPClient != nil {
			client.Transport = roundTripper{s.HTTPClient}
		}
		o.HTTPClient = client
	})
}

// roundTripper makes a transport of a client that follows no redirections.
type roundTripper struct{ aws.HTTPClient }

// RoundTrip sends one request.
func (r roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return r.Do(request) }

// numberFromEnv returns a variable's value, or fallback where it is unset or no positive number.
func (s *Source) numberFromEnv(name string, fallback int) int {
	if n, err := strconv.Atoi(s.Getenv(name)); err == nil && n > 0 {
		return n
	}
	return fallback
}
