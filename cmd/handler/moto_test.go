//go:build linux

package main_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/spothandler/spothandler/internal/handler/handlertest"
)

// desired is the desired count of the service in moto.
const desired = 2

// The events of one interruption of a service in moto, an independent
// implementation of AWS, change the primary deployment once.
func TestMoto(t *testing.T) {
	config := handlertest.StartMoto(t, fmt.Sprint("MOTO_ECS_SERVICE_RUNNING=", desired))
	m := moto{t, ecs.NewFromConfig(config), cloudwatchlogs.NewFromConfig(config)}
	clusterARN := m.createService()
	before := m.primary()
	// moto's service was created just now: no cooldown.
	f := start(t, *config.BaseEndpoint, "SPOTHANDLER_COOLDOWN=0s")

	f.mustDecide("redeploy", notice(clusterARN, before, "a", "RUNNING"))
	after := m.primary()
	if after == before {
		t.Fatalf("the primary deployment is still %s", before)
	}
	f.mustDecide("already_redeployed", notice(clusterARN, before, "b", "RUNNING"))
	f.mustDecide("already_redeployed", notice(clusterARN, before, "a", "DEACTIVATING"))
	f.mustDecide("too_late", notice(clusterARN, before, "a", "STOPPED"))
	cold := start(t, *config.BaseEndpoint, "SPOTHANDLER_COOLDOWN=0s")
	cold.mustDecide("already_redeployed", notice(clusterARN, before, "a", "STOPPING"))
	cold.mustDecide("service_missing", serviceGone(clusterARN, before))
	if again := m.primary(); again != after {
		t.Errorf("the primary deployment changed again, from %s to %s", after, again)
	}
}

// serviceGone is a notice for a service that does not exist.
func serviceGone(clusterARN, startedBy string) []byte {
	return fmt.Appendf(nil, `{"source": "aws.ecs", "detail-type": "ECS Task State Change", "detail": {"clusterArn": %q,
		"group": "service:gone", "startedBy": %q, "stopCode": "SpotInterruption"}}`, clusterARN, startedBy)
}

// moto is a client's view of a moto server.
type moto struct {
	*testing.T
	ecs  *ecs.Client
	logs *cloudwatchlogs.Client
}

// createService creates the function's log group and service api on Fargate
// Spot, and returns its cluster's ARN.
func (m moto) createService() string {
	m.Helper()
	_, err := m.logs.CreateLogGroup(m.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String(logGroup)})
	m.must(err)
	created, err := m.ecs.CreateCluster(m.Context(), &ecs.CreateClusterInput{ClusterName: aws.String("shop")})
	m.must(err)
	_, err = m.ecs.RegisterTaskDefinition(m.Context(), &ecs.RegisterTaskDefinitionInput{
		Family:               aws.String("api"),
		ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("web"), Image: aws.String("web"), Memory: aws.Int32(128)}},
	})
	m.must(err)
	_, err = m.ecs.CreateService(m.Context(), &ecs.CreateServiceInput{
		Cluster: aws.String("shop"), ServiceName: aws.String("api"), TaskDefinition: aws.String("api"), DesiredCount: aws.Int32(desired),
		CapacityProviderStrategy: []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("FARGATE_SPOT"), Weight: 1}},
	})
	m.must(err)
	return aws.ToString(created.Cluster.ClusterArn)
}

// primary returns the ID of the service's primary deployment.
func (m moto) primary() string {
	m.Helper()
	out, err := m.ecs.DescribeServices(m.Context(), &ecs.DescribeServicesInput{Cluster: aws.String("shop"), Services: []string{"api"}})
	m.must(err)
	for _, d := range out.Services[0].Deployments {
		if aws.ToString(d.Status) == "PRIMARY" {
			return aws.ToString(d.Id)
		}
	}
	m.Fatalf("no primary deployment among %v", out.Services[0].Deployments)
	return ""
}

func (m moto) must(err error) {
	m.Helper()
	if err != nil {
		m.Fatal(err)
	}
}
