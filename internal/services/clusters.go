package services

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/handler"
)

// clustersAtOnce is the maximum of DescribeClusters, and the maximum page size of ListClusters.
const clustersAtOnce = 100

// clusters describes the requested clusters, or all. It includes those without Fargate Spot.
func (r *reader) clusters(ctx context.Context, asked []string) ([]Cluster, error) {
	names := asked
	if len(names) == 0 {
		all, unread, err := r.clusterARNs(ctx)
		if err != nil {
			return nil, err
		}
		if unread != nil {
			r.note(func(f *Facts) { f.Unread = append(f.Unread, *unread) })
			return nil, nil
		}
		names = all
	}
	var found []Cluster
	for batch := range slices.Chunk(names, clustersAtOnce) {
		a := access{PartClusters, "ecs:DescribeClusters", "", false}
		response, unread, err := read(ctx, r, r.limits.clusters, a, func(ctx context.Context) (*ecs.DescribeClustersOutput, error) {
			return r.clients.ECS.DescribeClusters(ctx, &ecs.DescribeClustersInput{Clusters: batch})
		})
		if err != nil {
			return nil, err
		}
		if unread != nil {
			r.note(func(f *Facts) { f.Unread = append(f.Unread, *unread) })
			continue
		}
		if err := r.missing(ctx, asked, response.Failures); err != nil {
			return nil, err
		}
		for _, c := range response.Clusters {
			if aws.ToString(c.Status) == "ACTIVE" || len(asked) > 0 {
				found = append(found, Cluster{Cluster: c})
			}
		}
	}
	r.advance(func(p *Progress) { p.Clusters = len(found) })
	return found, nil
}

func (r *reader) clusterARNs(ctx context.Context) ([]string, *Unread, error) {
	var all []string
	var token *string
	for {
		a := access{PartClusters, "ecs:ListClusters", "", true}
		response, unread, err := read(ctx, r, r.limits.clusters, a, func(ctx context.Context) (*ecs.ListClustersOutput, error) {
			return r.clients.ECS.ListClusters(ctx, &ecs.ListClustersInput{MaxResults: aws.Int32(clustersAtOnce), NextToken: token})
		})
		if err != nil || unread != nil {
			return nil, unread, err
		}
		all = append(all, response.ClusterArns...)
		if token = response.NextToken; aws.ToString(token) == "" {
			return all, nil, nil
		}
	}
}

// missing returns an error for a requested cluster that does not exist, with the most similar name.
func (r *reader) missing(ctx context.Context, asked []string, failures []types.Failure) error {
	if len(asked) == 0 || len(failures) == 0 {
		return nil // deleted between the two calls
	}
	name := handler.NameOf(aws.ToString(failures[0].Arn))
	all, _, err := r.clusterARNs(ctx)
	if err != nil {
		return err
	}
	names := make([]string, len(all))
	for i, arn := range all {
		names[i] = handler.NameOf(arn)
	}
	return notThere("cluster", name, "--cluster", "in this account and Region", "aws ecs list-clusters", names)
}

// notThere returns the error for a name that AWS does not know. list is a command that lists the names there are.
func notThere(kind, name, flag, where, list string, known []string) error {
	refusal := &apperr.Error{
		Code:    apperr.CodeInvalid,
		Message: fmt.Sprintf("%s %s: there is no such %s %s", flag, name, kind, where),
	}
	wanted := name
	if strings.HasPrefix(name, "arn:") {
		wanted = handler.NameOf(name)
	}
	if near := apperr.Nearest(wanted, known); near != "" {
		refusal.Hints = []string{fmt.Sprintf("%s %s   the nearest name", flag, apperr.Quote(near))}
	} else {
		refusal.Hints = []string{list + "   lists them"}
	}
	return refusal
}
