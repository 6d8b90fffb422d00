package testaws

import (
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// Clients are a second set of AWS clients that bypass the [Proxy].
type Clients struct {
	IAM    *iam.Client
	Logs   *cloudwatchlogs.Client
	Lambda *lambda.Client
	Events *eventbridge.Client
	ECS    *ecs.Client
}

// Clients returns clients for a Region.
func (b Backend) Clients(region string) Clients {
	config := aws.Config{
		Region:       region,
		Credentials:  credentials.NewStaticCredentialsProvider("AKIAWITNESS", "witness", ""),
		HTTPClient:   &http.Client{Transport: b},
		BaseEndpoint: aws.String(b.URL),
	}
	return Clients{
		IAM: iam.NewFromConfig(config), Logs: cloudwatchlogs.NewFromConfig(config),
		Lambda: lambda.NewFromConfig(config), Events: eventbridge.NewFromConfig(config),
		ECS: ecs.NewFromConfig(config),
	}
}

// RoundTrip sends a request to the backend's account.
func (b Backend) RoundTrip(r *http.Request) (*http.Response, error) {
	onward := r.Clone(r.Context())
	b.address(onward)
	return http.DefaultTransport.RoundTrip(onward)
}
