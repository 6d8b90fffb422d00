package localaws

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
	"github.com/spothandler/spothandler/internal/localaws/ecs"
	"github.com/spothandler/spothandler/internal/localaws/events"
	"github.com/spothandler/spothandler/internal/localaws/iam"
	"github.com/spothandler/spothandler/internal/localaws/lambda"
	"github.com/spothandler/spothandler/internal/localaws/logs"
	"github.com/spothandler/spothandler/internal/localaws/related"
)

// Server is one AWS account, in one partition per Region. It is safe for concurrent use.
type Server struct {
	api     *api.Server
	opts    Options
	iam     *iam.Service
	regions map[string]*regional // guarded by the lock of api
}

// regional holds the services of one Region that other services, or the methods of Server, use.
type regional struct {
	lambda *lambda.Service
	logs   *logs.Service
	events *events.Service
	ecs    *ecs.Clusters
}

// New returns a server with an empty account. The caller must close it.
func New(opts Options) *Server {
	opts.Account, opts.Region = cmp.Or(opts.Account, "111122223333"), cmp.Or(opts.Region, "us-east-1")
	delays := DefaultDelays()
	if opts.Delays != nil {
		delays = *opts.Delays
	}
	s := &Server{opts: opts, regions: map[string]*regional{}}
	s.api = api.New(api.Options{
		Account: opts.Account, Region: opts.Region, AccessKey: opts.AccessKey, OptInRegions: opts.OptInRegions, Policies: opts.Policies, Delays: delays,
	})
	s.iam = iam.New(s.api, opts.Existing)
	host := lambda.NewHost(s.api, lambda.Options{
		Concurrency: cmp.Or(opts.Concurrency, 1000), Invoked: opts.Invoked, HostZip: opts.HostZip, InProcess: opts.InProcess,
	})
	s.api.Assemble(api.Parts{
		Roles:   s.iam,
		Actions: func(r *api.Region) map[string]map[string]api.Action { return s.assemble(r, host) },
		REST:    map[string]string{"lambda": lambda.API, "account": related.AccountAPI},
		Local:   s.control,
	})
	return s
}

// assemble creates the services of a Region, each of which gets what it needs of the others, and returns their actions.
func (s *Server) assemble(r *api.Region, host *lambda.Host) map[string]map[string]api.Action {
	in := &regional{}
	queues := related.NewMessaging(r, s.opts.Existing)
	nearby := related.New(r, func(provider string) int { return in.ecs.Running(provider) })
	in.logs = logs.New(r, logs.Options{Retention: s.opts.LogRetention, Rates: s.opts.Rates}, s.iam,
		func(function, service, source string) bool { return in.lambda.Permits(function, service, source) })
	in.lambda = lambda.New(host, r, lambda.Needs{Roles: s.iam, Logs: in.logs, Destinations: queues})
	in.events = events.New(r, in.lambda, s.opts.DuplicateEvents)
	in.ecs = ecs.New(r, in.events, nearby)
	s.regions[r.Name] = in
	actions := map[string]map[string]api.Action{
		"iam":    s.iam.Actions(),
		"sts":    s.iam.STSActions(),
		"lambda": in.lambda.Actions(),
		"logs":   in.logs.Actions(),
		"events": in.events.Actions(),
		"ecs":    in.ecs.Actions(),
		"sqs":    queues.SQSActions(),
		"sns":    queues.SNSActions(),
		"tag":    {"GetResources": api.Op(in.getResources)},
	}
	maps.Copy(actions, nearby.Actions())
	return actions
}

// own returns the services of the server's own Region. The lock must be held.
func (s *Server) own() *regional {
	s.api.Region(s.opts.Region)
	return s.regions[s.opts.Region]
}

// Deliveries returns all events that rules sent to targets in the server's own Region, oldest first.
func (s *Server) Deliveries() []Delivery {
	s.api.Lock()
	defer s.api.Unlock()
	return s.own().events.Deliveries()
}

// Publish puts an unmodified event on the default event bus of the server's own Region, such as one that
// another account or Region forwarded, or that an archive replays.
func (s *Server) Publish(event json.RawMessage) error {
	s.api.Lock()
	defer s.api.Unlock()
	return s.own().events.Send(event)
}

// ManageRule makes a rule managed by an AWS service, named as in "autoscaling.amazonaws.com": no one else may
// change it then. It does nothing if the rule does not exist.
func (s *Server) ManageRule(name, service string) {
	s.api.Lock()
	defer s.api.Unlock()
	s.own().events.ManageRule(name, service)
}

// SeedLog adds a message to a stream of a log group in the server's Region with the given time. It makes no
// call. If the group does not exist the message is lost.
func (s *Server) SeedLog(group, stream string, at time.Time, message string) {
	s.api.Lock()
	defer s.api.Unlock()
	s.own().logs.Add(group, stream, at, message)
}

// Seed adds services and their clusters in a steady state: the deployment completed, all tasks running. It
// makes no calls and sends no events.
func (s *Server) Seed(services ...Service) error {
	s.api.Lock()
	defer s.api.Unlock()
	for _, seed := range services {
		if err := s.own().ecs.Seed(seed); err != nil {
			return fmt.Errorf("seeding service %s of cluster %s: %w", seed.Name, seed.Cluster, err)
		}
	}
	return nil
}

// Interrupt reclaims the Spot capacity of running tasks of a service as AWS does: it sends the whole series
// of events, and the service scheduler replaces the tasks. It returns the ARNs of the tasks, fewer than
// requested if fewer run on Spot.
func (s *Server) Interrupt(cluster, service string, tasks int) ([]string, error) {
	arns, err := s.interrupt(cluster, service, tasks)
	if err == nil && s.opts.Interrupted != nil {
		s.opts.Interrupted(ecs.ClusterName(cluster), service, arns)
	}
	return arns, err
}

func (s *Server) interrupt(cluster, service string, tasks int) ([]string, error) {
	s.api.Lock()
	defer s.api.Unlock()
	return s.own().ecs.Interrupt(cluster, service, tasks)
}
