package testaws

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// UseMoto starts a moto server, configures this process to use it in a Region, and returns a client
// configuration for it. Without moto the test is skipped.
func UseMoto(t *testing.T, region string) aws.Config {
	t.Helper()
	url, stop, err := StartMoto(t.Context())
	if errors.Is(err, ErrNoMoto) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	SetHome(t, "", map[string]string{"AWS_ENDPOINT_URL": url, "AWS_REGION": region, "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1"})
	return aws.Config{Region: region, BaseEndpoint: &url, Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")}
}

// ServeOnSpot creates the service api with one task on Fargate Spot in the cluster shop. moto ignores the
// strategy in CreateService, but not the one in UpdateService.
func ServeOnSpot(ctx context.Context, client *ecs.Client) error {
	_, cluster := client.CreateCluster(ctx, &ecs.CreateClusterInput{ClusterName: aws.String("shop"), CapacityProviders: []string{"FARGATE", "FARGATE_SPOT"}})
	_, definition := client.RegisterTaskDefinition(ctx, &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("api"), ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("app"), Memory: aws.Int32(128)}},
	})
	_, service := client.CreateService(ctx, &ecs.CreateServiceInput{
		Cluster: aws.String("shop"), ServiceName: aws.String("api"), TaskDefinition: aws.String("api"), DesiredCount: aws.Int32(1),
	})
	_, update := client.UpdateService(ctx, &ecs.UpdateServiceInput{
		Cluster: aws.String("shop"), Service: aws.String("api"), ForceNewDeployment: true,
		CapacityProviderStrategy: []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("FARGATE_SPOT"), Weight: 1}},
	})
	return errors.Join(cluster, definition, service, update)
}
