package handlertest

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/spothandler/spothandler/internal/testaws"
)

// StartMoto starts a moto server for the test, as [testaws.StartMoto] does, and
// returns a client configuration for it. It skips the test if moto_server is
// not installed.
func StartMoto(tb testing.TB, env ...string) aws.Config {
	tb.Helper()
	url, stop, err := testaws.StartMoto(tb.Context(), env...)
	if errors.Is(err, testaws.ErrNoMoto) {
		tb.Skip(err)
	}
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(stop)
	return aws.Config{
		Region: "eu-west-1", BaseEndpoint: &url,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret"}, nil
		}),
	}
}
