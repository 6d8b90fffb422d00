// Command bare is the smallest function that makes the handler's calls: the
// benchmarks compare the handler with it.
package main

import (
	"context"
	"encoding/json"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
)

func main() {
	config := aws.Config{
		Region:       os.Getenv("AWS_REGION"),
		BaseEndpoint: aws.String(os.Getenv("AWS_ENDPOINT_URL")),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{
				AccessKeyID:     os.Getenv("AWS_ACCESS_KEY_ID"),
				SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY"),
				SessionToken:    os.Getenv("AWS_SESSION_TOKEN"),
			}, nil
		}),
	}
	f := function{ecs.NewFromConfig(config), cloudwatchlogs.NewFromConfig(config)}
	lambda.Start(f.handle)
}

type function struct {
	ecs  *ecs.Client
	logs *cloudwatchlogs.Client
}

type event struct {
	Detail struct{ ClusterArn, Group, StopCode string }
}

func (f function) handle(ctx context.Context, raw json.RawMessage) (string, error) {
	var e event
	if err := json.Unmarshal(raw, &e); err != nil {
		return "", err
	}
	if e.Detail.StopCode == "" {
		return "skipped", nil
	}
	cluster, service := aws.String(e.Detail.ClusterArn), aws.String(e.Detail.Group[len("service:"):])
	if _, err := f.ecs.DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: cluster, Services: []string{*service}}); err != nil {
		return "", err
	}
	_, err := f.logs.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{
		LogGroupName: aws.String(os.Getenv("AWS_LAMBDA_LOG_GROUP_NAME")), LogStreamName: aws.String("bare"),
	})
	if err != nil {
		return "", err
	}
	_, err = f.ecs.UpdateService(ctx, &ecs.UpdateServiceInput{Cluster: cluster, Service: service, ForceNewDeployment: true})
	return "done", err
}
