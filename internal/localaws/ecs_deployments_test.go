package localaws

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// A redeployment has a service deployment, which UpdateService returns and both calls find.
func TestServiceDeployments(t *testing.T) {
	server := New(Options{Delays: &Delays{}})
	defer server.Close()
	if err := server.Seed(Service{Cluster: "shop", Name: "api", Desired: 2}); err != nil {
		t.Fatal(err)
	}
	client, began := ecs.NewFromConfig(server.Config()), time.Now()
	updated, err := client.UpdateService(t.Context(), &ecs.UpdateServiceInput{Cluster: aws.String("shop"), Service: aws.String("api"), ForceNewDeployment: true})
	if err != nil {
		t.Fatal(err)
	}
	named := aws.ToString(updated.Service.CurrentServiceDeployment)
	described, err := client.DescribeServiceDeployments(t.Context(), &ecs.DescribeServiceDeploymentsInput{ServiceDeploymentArns: []string{named, named + "0"}})
	if err != nil || len(described.ServiceDeployments) != 1 || aws.ToString(described.ServiceDeployments[0].ServiceDeploymentArn) != named || len(described.Failures) != 1 {
		t.Errorf("%s: %+v, %v", named, described, err)
	}
	elsewhere := strings.Replace(named, "/shop/", "/gone/", 1)
	_, err = client.DescribeServiceDeployments(t.Context(), &ecs.DescribeServiceDeploymentsInput{ServiceDeploymentArns: []string{named, elsewhere}})
	if noCluster := new(types.ClusterNotFoundException); !errors.As(err, &noCluster) {
		t.Errorf("%s: %v", elsewhere, err)
	}
	listed := func(created types.CreatedAt) int {
		response, err := client.ListServiceDeployments(t.Context(), &ecs.ListServiceDeploymentsInput{Cluster: aws.String("shop"), Service: aws.String("api"), CreatedAt: &created})
		if err != nil {
			t.Fatal(err)
		}
		return len(response.ServiceDeployments)
	}
	if n := listed(types.CreatedAt{After: aws.Time(began.Add(-time.Minute))}); n != 1 {
		t.Errorf("%d since", n)
	}
	if n := listed(types.CreatedAt{Before: aws.Time(began.Add(-time.Minute))}); n != 1 { // that of Seed
		t.Errorf("%d before", n)
	}
}
