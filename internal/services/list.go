package services

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/handler"
)

const (
	// servicesAPage is the maximum page size of ListServices; the default is 10.
	servicesAPage = 100
	// servicesAtOnce is the maximum of DescribeServices.
	servicesAtOnce = 10
)

// services finds the services on Fargate Spot in the clusters; if names are given, only those.
func (r *reader) services(ctx context.Context, clusters []Cluster, asked []string) ([]Service, error) {
	seen := &sighting{asked: asked}
	err := each(ctx, clusters, func(ctx context.Context, c Cluster) error {
		var all []types.Service
		if c.HasSpot() {
			var err error
			if all, c.Unread, err = r.inCluster(ctx, &c); err != nil {
				return err
			}
		}
		r.note(func(f *Facts) {
			f.Clusters = append(f.Clusters, c)
			seen.take(r, c, all)
		})
		r.advance(func(p *Progress) { p.ClustersRead++; p.Services = len(seen.found) })
		return nil
	})
	if err == nil && len(seen.missing()) > 0 {
		err = r.withoutSpot(ctx, clusters, seen)
	}
	if err != nil {
		return nil, err
	}
	if r.facts.Unseen = seen.missing(); len(r.facts.Unseen) > 0 && r.readAll() {
		where, list := "in this account and Region", "aws ecs list-services --cluster CLUSTER"
		if len(clusters) == 1 {
			where = "in cluster " + clusters[0].Name()
			list = "aws ecs list-services --cluster " + apperr.Quote(clusters[0].Name())
		}
		return nil, notThere("service", r.facts.Unseen[0], "--service", where, list, seen.names)
	}
	return seen.found, nil
}

// readAll reports whether every cluster was read.
func (r *reader) readAll() bool {
	return len(r.facts.Unread) == 0 && !slices.ContainsFunc(r.facts.Clusters, func(c Cluster) bool { return c.Unread != nil })
}

// withoutSpot looks for the requested services in clusters without Fargate Spot, where they may exist but do
// not run on Spot.
func (r *reader) withoutSpot(ctx context.Context, clusters []Cluster, seen *sighting) error {
	return each(ctx, clusters, func(ctx context.Context, c Cluster) error {
		if c.HasSpot() {
			return nil
		}
		all, unread, err := r.inCluster(ctx, &c)
		r.note(func(f *Facts) {
			seen.take(r, c, all)
			if unread != nil {
				f.Unread = append(f.Unread, *unread)
			}
		})
		return err
	})
}

// sighting records which of the requested services were seen, or all services if none were requested.
type sighting struct {
	asked []string
	found []Service // on Fargate Spot
	names []string  // of all services, to find a similar name
	met   []string  // the requested services that exist
}

func (s *sighting) take(r *reader, c Cluster, all []types.Service) {
	for _, one := range all {
		name := aws.ToString(one.ServiceName)
		s.names = append(s.names, name, c.Name()+"/"+name)
		r.running[c.Name()] += int(one.RunningCount)
		met := slices.DeleteFunc(slices.Clone(s.asked), func(asked string) bool {
			return !slices.Contains([]string{name, c.Name() + "/" + name, aws.ToString(one.ServiceArn)}, asked)
		})
		s.met = append(s.met, met...)
		if len(s.asked) == 0 || len(met) > 0 {
			s.found = append(s.found, r.facts.sift(c, one)...)
		}
	}
}

// missing returns the requested services that were not seen.
func (s *sighting) missing() []string {
	return slices.DeleteFunc(slices.Clone(s.asked), func(name string) bool { return slices.Contains(s.met, name) })
}

// sift keeps a service on Fargate Spot, and counts any other.
func (f *Facts) sift(c Cluster, s types.Service) []Service {
	if len(strategy(&s)) == 0 && s.LaunchType == "" { // it was created with neither: the cluster's default applies
		s.CapacityProviderStrategy = c.DefaultCapacityProviderStrategy
	}
	switch {
	case aws.ToString(s.Status) != "ACTIVE":
	case OnSpot(&s) && s.DesiredCount == 0:
		f.Idle++
	case OnSpot(&s):
		return []Service{{Service: s, Cluster: c}}
	case onFargate(&s):
		f.OnDemand++
	default:
		f.Elsewhere++
	}
	return nil
}

// inCluster describes all services of a cluster.
func (r *reader) inCluster(ctx context.Context, c *Cluster) ([]types.Service, *Unread, error) {
	arns, unread, err := r.serviceARNs(ctx, c)
	if err != nil || unread != nil {
		return nil, unread, err
	}
	var all []types.Service
	for batch := range slices.Chunk(arns, servicesAtOnce) {
		a := access{PartServices, "ecs:DescribeServices", c.Name(), false}
		response, unread, err := read(ctx, r, r.limits.services, a, func(ctx context.Context) (*ecs.DescribeServicesOutput, error) {
			return r.describe(ctx, c, batch)
		})
		if err != nil || unread != nil {
			return nil, unread, err
		}
		all = append(all, response.Services...) // a failure is a service that was deleted meanwhile
	}
	return all, nil, nil
}

// describe includes the tags unless the partition does not support them, like the function.
func (r *reader) describe(ctx context.Context, c *Cluster, names []string) (*ecs.DescribeServicesOutput, error) {
	in := &ecs.DescribeServicesInput{Cluster: c.ClusterArn, Services: names, Include: []types.ServiceField{types.ServiceFieldTags}}
	response, err := r.clients.ECS.DescribeServices(ctx, in)
	cluster, notAnARN := arn.Parse(aws.ToString(c.ClusterArn))
	if notAnARN != nil || !handler.TagsUnsupported(cluster.Partition, err) {
		return response, err
	}
	if err := r.limits.services.Wait(ctx); err != nil {
		return nil, err
	}
	in.Include = nil
	return r.clients.ECS.DescribeServices(ctx, in)
}

func (r *reader) serviceARNs(ctx context.Context, c *Cluster) ([]string, *Unread, error) {
	var all []string
	var token *string
	for {
		a := access{PartServices, "ecs:ListServices", c.Name(), false}
		response, unread, err := read(ctx, r, r.limits.services, a, func(ctx context.Context) (*ecs.ListServicesOutput, error) {
			return r.clients.ECS.ListServices(ctx, &ecs.ListServicesInput{Cluster: c.ClusterArn, MaxResults: aws.Int32(servicesAPage), NextToken: token})
		})
		if err != nil || unread != nil {
			return nil, unread, err
		}
		all = append(all, response.ServiceArns...)
		if token = response.NextToken; aws.ToString(token) == "" {
			return all, nil, nil
		}
	}
}
