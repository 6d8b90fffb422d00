package session

import (
	"net/http"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
)

// metadataClient returns a client for instance metadata with the timeouts of the AWS CLI: one attempt of one
// second, since the service is on the same host, or the values of the CLI's variables. The SDK's own client
// would try for twelve seconds if there is no instance.
func (s *Source) metadataClient(cfg aws.Config) *imds.Client {
	timeout := time.Duration(s.numberFromEnv("AWS_METADATA_SERVICE_TIMEOUT", 1)) * time.Second
	attempts := s.numberFromEnv("AWS_METADATA_SERVICE_NUM_ATTEMPTS", 1)
	return imds.NewFromConfig(cfg, func(o *imds.Options) {
		o.Retryer = retry.AddWithMaxAttempts(retry.NewStandard(), attempts)
		o.DisableDefaultTimeout = true // five seconds for all attempts together
		client := &http.Client{Timeout: timeout}
		if s.HTTPClient != nil {
			client.Transport = roundTripper{s.HTTPClient}
		}
		o.HTTPClient = client
	})
}

// roundTripper makes an http.RoundTripper of a client that follows no redirects.
type roundTripper struct{ aws.HTTPClient }

// RoundTrip sends one request.
func (r roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return r.Do(request) }

// numberFromEnv returns a variable's value, or fallback if it is unset or not a positive number.
func (s *Source) numberFromEnv(name string, fallback int) int {
	if n, err := strconv.Atoi(s.Getenv(name)); err == nil && n > 0 {
		return n
	}
	return fallback
}
