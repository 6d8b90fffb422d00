package deploy

import (
	"context"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/localaws"
)

// withDeletedCluster returns the cluster old as ECS shows a recently deleted one.
type withDeletedCluster struct{ *ecs.Client }

// DescribeClusters calls the wrapped client.
func (c withDeletedCluster) DescribeClusters(ctx context.Context, in *ecs.DescribeClustersInput, o ...func(*ecs.Options)) (*ecs.DescribeClustersOutput, error) {
	response, err := c.Client.DescribeClusters(ctx, in, o...)
	if err != nil {
		return nil, err
	}
	for index, cluster := range response.Clusters {
		if *cluster.ClusterName == "old" {
			response.Clusters[index].Status = aws.String("INACTIVE")
		}
	}
	return response, nil
}

// In a Region without any cluster there is none to name instead.
func TestNoClusterAtAll(t *testing.T) {
	server := localaws.New(localaws.Options{})
	defer func() { _ = server.Close() }()
	check, err := CheckClusters(t.Context(), ecs.NewFromConfig(server.Config()), deploytest.Identity(), []string{"shop"})
	if err != nil {
		t.Fatal(err)
	}
	var status Status
	check.Add(&status)
	if p := status.Problems; len(p) != 1 || !p[0].NoCluster || p[0].Message != "there is no cluster shop in us-east-1, which has no cluster" {
		t.Errorf("%+v %q", p, check.Messages())
	}
}

// A mistyped cluster is reported with a similar existing name; without permission, the check is reported as
// not done.
func TestCheckClusters(t *testing.T) {
	const may = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":[%s],"Resource":"*"}]}`
	for name, test := range map[string]struct {
		clusters []string
		actions  string
		want     []string
	}{
		"no clusters":       {nil, ``, nil},
		"all there":         {[]string{"batch", "shop"}, `"ecs:DescribeClusters"`, nil},
		"mistyped":          {[]string{"shop", "shpo"}, `"ecs:*"`, []string{"there is no cluster shpo in us-east-1; the nearest name is shop"}},
		"none near":         {[]string{"analytics"}, `"ecs:*"`, []string{"there is no cluster analytics in us-east-1; it has batch, old and shop"}},
		"several":           {[]string{"analytics", "payments"}, `"ecs:*"`, []string{"there are no clusters analytics and payments in us-east-1; it has batch, old and shop"}},
		"many":              {[]string{"c1", "c2", "c3", "c4", "c5", "c6", "c7"}, `"ecs:*"`, []string{"there are no clusters c1, c2, c3, c4, c5 and 2 more in us-east-1; it has batch, old and shop"}},
		"deleted":           {[]string{"old"}, `"ecs:*"`, []string{"cluster old is INACTIVE, not ACTIVE"}},
		"none may be named": {[]string{"shpo"}, `"ecs:DescribeClusters"`, []string{"there is no cluster shpo in us-east-1", "not checked: similar cluster names: no permission for ecs:ListClusters"}},
		"denied":            {[]string{"shop", "shpo"}, `"ecs:ListClusters"`, []string{"not checked: clusters shop, shpo: no permission for ecs:DescribeClusters"}},
	} {
		t.Run(name, func(t *testing.T) {
			server := localaws.New(localaws.Options{Policies: map[string]string{"AKIACALLER": fmt.Sprintf(may, test.actions)}})
			defer func() { _ = server.Close() }()
			admin := ecs.NewFromConfig(server.Config())
			for _, cluster := range []string{"shop", "batch", "old"} {
				if _, err := admin.CreateCluster(t.Context(), &ecs.CreateClusterInput{ClusterName: &cluster}); err != nil {
					t.Fatal(err)
				}
			}
			config := server.Config()
			config.Credentials = credentials.NewStaticCredentialsProvider("AKIACALLER", "secret", "")
			check, err := CheckClusters(t.Context(), withDeletedCluster{ecs.NewFromConfig(config)}, deploytest.Identity(), test.clusters)
			if err != nil {
				t.Fatal(err)
			}
			got := check.Messages()
			for _, unchecked := range check.NotChecked {
				got = append(got, unchecked.String())
			}
			deploytest.SameLines(t, got, test.want...)
		})
	}
}
