package main

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
)

// The clients are built without config.LoadDefaultConfig: Lambda provides
// region and credentials in the environment, and the function needs nothing
// else.

func ecsClient(getenv func(string) string) *ecs.Client {
	return ecs.NewFromConfig(awsConfig(getenv), func(o *ecs.Options) {
		o.BaseEndpoint = endpoint(getenv, "ECS")
	})
}

func logsClient(getenv func(string) string) *cloudwatchlogs.Client {
	return cloudwatchlogs.NewFromConfig(awsConfig(getenv), func(o *cloudwatchlogs.Options) {
		o.BaseEndpoint = endpoint(getenv, "CLOUDWATCH_LOGS")
	})
}

func awsConfig(getenv func(string) string) aws.Config {
	return aws.Config{
		Region:      getenv("AWS_REGION"),
		AppID:       "spothandler", // shown in CloudTrail
		Credentials: aws.NewCredentialsCache(credentials(getenv)),
		HTTPClient: awshttp.NewBuildableClient(). // the handler limits each attempt
								WithDialerOptions(func(d *net.Dialer) { d.Timeout = 3 * time.Second }).
								WithTransportOptions(func(t *http.Transport) { t.TLSHandshakeTimeout = 5 * time.Second }),
	}
}

// credentials returns the credentials of the function's role, which stay valid
// for the lifetime of the sandbox.
func credentials(getenv func(string) string) aws.CredentialsProvider {
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{
			AccessKeyID:     getenv("AWS_ACCESS_KEY_ID"),
			SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY"),
			SessionToken:    getenv("AWS_SESSION_TOKEN"),
			Source:          "environment",
		}, nil
	})
}

// endpoint returns the endpoint that the environment configures for a service,
// as in the SDKs
// (https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html),
// or nil for AWS's own.
func endpoint(getenv func(string) string, service string) *string {
	if getenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") == "true" {
		return nil
	}
	for _, name := range []string{"AWS_ENDPOINT_URL_" + service, "AWS_ENDPOINT_URL"} {
		if url := getenv(name); url != "" {
			return &url
		}
	}
	return nil
}
