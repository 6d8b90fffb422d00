// Package lambda is Lambda of the local AWS: functions and their configuration, and their execution in sandboxes.
//
// A call is a row in API and in Actions (actions.go), with its members in lambdaInput (input.go). What Lambda keeps is
// in Service, function and configuration; the other files each do one thing with it, and none knows actions.go.
package lambda

import (
	"cmp"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// Service holds one Region's functions.
type Service struct {
	region    *api.Region
	host      *Host
	needs     Needs
	functions map[string]*function
	mappings  map[string]*mapping // by UUID
	signing   []string            // IDs of code signing configurations
}

// mapping is an event source mapping. It is only stored: nothing reads the queue.
type mapping struct {
	UUID, EventSourceMappingArn, EventSourceArn, FunctionArn string
	BatchSize, MaximumBatchingWindowInSeconds                int
	LastModified                                             api.Epoch
	State, StateTransitionReason                             string
	FunctionResponseTypes                                    []string
}

// Needs are the other services that Lambda uses. They are called with the lock held.
type Needs struct {
	Roles interface {
		// RoleID returns the unique ID of the role with this ARN, "" if there is none.
		RoleID(arn string) string
		// Assumable reports whether a service can assume the role yet.
		Assumable(arn, service string) bool
		// RoleMay reports whether a role's policies allow what a service does with it.
		RoleMay(arn, action, resource string) bool
	}
	Logs         Logs
	Destinations interface {
		// Missing reports whether the ARN is that of a queue or topic of this Region that does not exist.
		Missing(arn string) bool
		// Send adds a message to a queue.
		Send(arn string, body []byte)
	}
}

// New returns Lambda in one Region.
func New(host *Host, r *api.Region, needs Needs) *Service {
	return &Service{region: r, host: host, needs: needs, functions: map[string]*function{}, mappings: map[string]*mapping{}}
}

// named returns a function that is not deleted yet, or nil.
func (s *Service) named(name string) *function {
	f := s.functions[name]
	if f == nil || f.gone() {
		delete(s.functions, name)
		return nil
	}
	return f
}

// Tagged returns the tags of all functions, by ARN. The lock must be held.
func (s *Service) Tagged() map[string]api.Tags {
	all := map[string]api.Tags{}
	for _, f := range s.functions {
		if !f.gone() {
			all[f.conf.FunctionArn] = f.tags
		}
	}
	return all
}

func (s *Service) find(in *lambdaInput) (*function, error) {
	if in.Resource != "" && in.Resource != in.ARN(s.region) {
		return nil, invalidParameter("The provided ARN %s is not an unqualified function ARN.", in.Resource)
	}
	_, qualifier := in.named()
	if qualifier != "" && in.Qualifier != "" && qualifier != in.Qualifier {
		return nil, invalidParameter("The derived qualifier from the function name does not match the specified qualifier.")
	}
	if qualifier = cmp.Or(in.Qualifier, qualifier); qualifier != "" && qualifier != "$LATEST" { // the only version
		return nil, notFound("Function not found: %s:%s", in.ARN(s.region), qualifier)
	}
	if f := s.named(in.name()); f != nil && !time.Now().Before(f.seenFrom) {
		return f, nil
	}
	return nil, notFound("Function not found: %s", in.ARN(s.region))
}
