package deploy

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/session"
)

// ClusterAPI is the part of ECS that checks the clusters of an installation.
type ClusterAPI interface {
	DescribeClusters(context.Context, *ecs.DescribeClustersInput, ...func(*ecs.Options)) (*ecs.DescribeClustersOutput, error)
	ListClusters(context.Context, *ecs.ListClustersInput, ...func(*ecs.Options)) (*ecs.ListClustersOutput, error)
}

var _ ClusterAPI = (*ecs.Client)(nil)

// clustersAtOnce is the maximum number of clusters in DescribeClusters (ECS API).
const clustersAtOnce = 100

// ProblemNoCluster is the code of a Problem: a cluster does not exist or is not ACTIVE.
const ProblemNoCluster = "no_cluster"

// clusterActive is the status of a cluster in which tasks can run (ECS API, Cluster).
const clusterActive = "ACTIVE"

// ClusterCheck is the result of checking the clusters of an installation.
type ClusterCheck struct {
	Absent     []AbsentCluster // sorted by name
	NotChecked []resource.NotChecked
}

// AbsentCluster is a cluster that does not exist or is not ACTIVE, so none of its tasks can be interrupted.
type AbsentCluster struct {
	Name    string
	Region  string
	Status  string // as ECS returns it; "" if ECS does not know the cluster
	Nearest string // the name of a similar cluster that may be meant; "" if there is none

	others []string // the clusters of the Region; nil if they were not listed
}

// Messages describes the absent clusters, one clause each; those with nothing more to say share one.
func (c ClusterCheck) Messages() []string {
	var messages, unknown []string
	var last AbsentCluster
	for _, absent := range c.Absent {
		switch {
		case absent.Status != "":
			messages = append(messages, fmt.Sprintf("cluster %s is %s, not %s", absent.Name, absent.Status, clusterActive))
		case absent.Nearest != "":
			messages = append(messages, fmt.Sprintf("there is no cluster %s in %s; the nearest name is %s", absent.Name, absent.Region, absent.Nearest))
		default:
			unknown, last = append(unknown, absent.Name), absent
		}
	}
	switch len(unknown) {
	case 0:
		return messages
	case 1:
		return append(messages, fmt.Sprintf("there is no cluster %s in %s%s", unknown[0], last.Region, last.butOthers()))
	}
	return append(messages, fmt.Sprintf("there are no clusters %s in %s%s", enumerate(unknown), last.Region, last.butOthers()))
}

// butOthers names the clusters that exist instead.
func (c AbsentCluster) butOthers() string {
	switch {
	case c.others == nil:
		return ""
	case len(c.others) == 0:
		return ", which has no cluster"
	}
	return "; it has " + enumerate(c.others)
}

// enumerate names the first few and counts the rest.
func enumerate(names []string) string {
	const few = 5
	if more := len(names) - few; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:few], ", "), more)
	}
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// CheckClusters describes the clusters with these names, and makes no call if there are none. Access denied
// is reported in NotChecked; the error is the context's.
func CheckClusters(ctx context.Context, api ClusterAPI, id session.Identity, names []string) (ClusterCheck, error) {
	var check ClusterCheck
	for batch := range slices.Chunk(names, clustersAtOnce) {
		response, err := api.DescribeClusters(ctx, &ecs.DescribeClustersInput{Clusters: batch})
		if err != nil {
			check.NotChecked = append(check.NotChecked, resource.NotChecked{What: "clusters " + strings.Join(batch, ", "), Why: apperr.WhyNot(err)})
			continue
		}
		check.Absent = append(check.Absent, absentClusters(id.Region, batch, response.Clusters)...)
	}
	if slices.ContainsFunc(check.Absent, func(c AbsentCluster) bool { return c.Status == "" }) {
		check.findNearest(ctx, api)
	}
	return check, ctx.Err()
}

// Add adds a problem for each absent cluster. It is vital if there is no other cluster: no interruption can
// then reach the function.
func (c ClusterCheck) Add(status *Status) {
	for _, message := range c.Messages() {
		status.Problems = append(status.Problems, Problem{
			Code: ProblemNoCluster, Message: message, Vital: len(c.Absent) == len(status.Spec.Clusters), NoCluster: c.noneExists(),
		})
	}
	status.NotChecked = append(status.NotChecked, c.NotChecked...)
	status.Healthy = len(status.Problems) == 0
	status.Verdict = verdictOf(status.Problems, status.Changes)
}

// noneExists reports whether the Region is known to have no cluster at all.
func (c ClusterCheck) noneExists() bool {
	return slices.ContainsFunc(c.Absent, func(absent AbsentCluster) bool { return absent.others != nil && len(absent.others) == 0 })
}

func absentClusters(region string, names []string, found []types.Cluster) []AbsentCluster {
	var absent []AbsentCluster
	for _, name := range names {
		index := slices.IndexFunc(found, func(c types.Cluster) bool { return aws.ToString(c.ClusterName) == name })
		switch {
		case index < 0:
			absent = append(absent, AbsentCluster{Name: name, Region: region})
		case aws.ToString(found[index].Status) != clusterActive:
			absent = append(absent, AbsentCluster{Name: name, Region: region, Status: aws.ToString(found[index].Status)})
		}
	}
	return absent
}

// findNearest finds the existing clusters that may be meant.
func (c *ClusterCheck) findNearest(ctx context.Context, api ClusterAPI) {
	known := []string{}
	for pages := ecs.NewListClustersPaginator(api, &ecs.ListClustersInput{}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			c.NotChecked = append(c.NotChecked, resource.NotChecked{What: "similar cluster names", Why: apperr.WhyNot(err)})
			return
		}
		for _, arn := range page.ClusterArns {
			known = append(known, handler.NameOf(arn))
		}
	}
	slices.Sort(known)
	for index, absent := range c.Absent {
		if absent.Status == "" {
			c.Absent[index].Nearest = apperr.Nearest(absent.Name, known)
			c.Absent[index].others = known
		}
	}
}
