package doctor

import (
	"slices"
	"time"

	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/services"
	"github.com/spothandler/spothandler/internal/session"
)

// regionFacts is what doctor read in one Region.
type regionFacts struct {
	id    session.Identity
	began time.Time // when the reading began

	facts         *services.Facts
	account       *services.Account
	installations []*installationResult
	rights        *services.CallerPermissions // to install, where nothing is installed
	notListed     string                      // why the installations are unknown, or ""
	notListedAll  string                      // why there may be more installations, or ""
}

// notices returns an interruption notice for every service, or for a made-up one if there is none.
func (f *regionFacts) notices() []handler.Event {
	var all []handler.Event
	for i := range f.facts.Services {
		s := &f.facts.Services[i]
		all = append(all, services.Notice(f.id.ClusterARN(s.Cluster.Name()), s.Name(), f.began))
	}
	if len(all) == 0 {
		all = append(all, services.Notice(f.id.ClusterARN(anyName), anyName, f.began))
	}
	return all
}

// anyName is the name of a made-up cluster and service.
const anyName = "default"

// serviceARNs returns the long ARNs of all services, or of a made-up one if there is none.
func (f *regionFacts) serviceARNs() []string {
	all := make([]string, 0, len(f.facts.Services))
	for i := range f.facts.Services {
		all = append(all, f.longARN(&f.facts.Services[i]))
	}
	if len(all) == 0 {
		all = append(all, f.someService(nil))
	}
	return all
}

// longARN returns the ARN of a service in the long format, even if its own is in the short one.
func (f *regionFacts) longARN(s *services.Service) string {
	return f.id.ARN("ecs", f.id.Region, "service/"+s.Cluster.Name()+"/"+s.Name())
}

// someService returns the ARN of a service in one of the clusters, given by names or ARNs, or in any if there are none.
func (f *regionFacts) someService(clusters []string) string {
	for i := range f.facts.Services {
		s := &f.facts.Services[i]
		if len(clusters) == 0 || slices.Contains(clusters, s.Cluster.Name()) || slices.Contains(clusters, f.id.ClusterARN(s.Cluster.Name())) {
			return f.longARN(s)
		}
	}
	cluster := anyName
	if len(clusters) > 0 {
		cluster = handler.NameOf(clusters[0])
	}
	return f.id.ARN("ecs", f.id.Region, "service/"+cluster+"/"+anyName)
}

// installationFor returns the installation that covers a service, preferably one that redeploys. covered is also true if nothing
// is installed or that is unknown.
func (f *regionFacts) installationFor(s *services.Service) (by *installationResult, covered bool) {
	for _, each := range f.installations {
		if each.covers(f.id.ClusterARN(s.Cluster.Name()), s.Cluster.Name()) && (by == nil || each.redeploys() && !by.redeploys()) {
			by = each
		}
	}
	return by, by != nil || len(f.installations) == 0
}

// redeployable returns the ARNs of the services that the function of an installation may redeploy at some time: no tag,
// controller or strategy prevents it.
func (f *regionFacts) redeployable(x *installationResult) []string {
	var arns []string
	for i := range f.facts.Services {
		s := &f.facts.Services[i]
		left := []handler.Reason{handler.ReasonSwitchedOff, handler.ReasonControllerUnsupported, handler.ReasonStrategyUnsupported}
		if x.covers(f.id.ClusterARN(s.Cluster.Name()), s.Cluster.Name()) && !slices.Contains(left, s.Decision(x.mode, f.began).Reason) {
			arns = append(arns, f.longARN(s))
		}
	}
	return arns
}
