package cli

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/spothandler/spothandler/internal/testaws"
)

// On an AWS that others wrote doctor ends well, and what that cannot answer is not checked.
func TestDoctorOnMoto(t *testing.T) {
	url, stop, err := testaws.StartMoto(t.Context())
	if errors.Is(err, testaws.ErrNoMoto) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	testaws.SetHome(t, "", map[string]string{"AWS_ENDPOINT_URL": url, "AWS_REGION": localRegion, "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1"})
	cfg, err := config.LoadDefaultConfig(t.Context(), config.WithRegion(localRegion), config.WithBaseEndpoint(url),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("test", "test", "")))
	if err != nil {
		t.Fatal(err)
	}
	serve(t, ecs.NewFromConfig(cfg))
	answer, code := diagnose(t)
	if len(answer.Services) != 1 || code == exitError {
		t.Fatalf("exit code %d: %+v", code, answer)
	}
	for _, want := range []string{"SPOT101", "SPOT102"} { // of the task definition, and of the service
		if answer.found("api", want) == nil {
			t.Errorf("%s was not found: %+v", want, answer.Services[0])
		}
	}
	if len(answer.NotChecked) == 0 || answer.Ready {
		t.Errorf("moto has no quotas of Fargate: %+v", answer.NotChecked)
	}
}

// serve makes a service of one task on Fargate Spot. moto drops a strategy that CreateService is given, and keeps
// UpdateService's.
func serve(t *testing.T, client *ecs.Client) {
	t.Helper()
	_, cluster := client.CreateCluster(t.Context(), &ecs.CreateClusterInput{ClusterName: aws.String("shop"), CapacityProviders: []string{"FARGATE", "FARGATE_SPOT"}})
	_, definition := client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("api"), ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("app"), Memory: aws.Int32(128)}},
	})
	_, service := client.CreateService(t.Context(), &ecs.CreateServiceInput{
		Cluster: aws.String("shop"), ServiceName: aws.String("api"), TaskDefinition: aws.String("api"), DesiredCount: aws.Int32(1),
	})
	_, update := client.UpdateService(t.Context(), &ecs.UpdateServiceInput{
		Cluster: aws.String("shop"), Service: aws.String("api"), ForceNewDeployment: true,
		CapacityProviderStrategy: []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("FARGATE_SPOT"), Weight: 1}},
	})
	if err := errors.Join(cluster, definition, service, update); err != nil {
		t.Fatal(err)
	}
}
