package localaws

import (
	"crypto/rand"
	"fmt"
	"maps"
	"strings"

	"github.com/spothandler/spothandler/internal/localaws/insights"
)

// region is one region of the account, with its services and their resources.
type region struct {
	server *Server
	name   string
	lambda *lambdaService
	logs   *logsService
	events *eventsService
	ecs    *ecsService

	related   *related
	messaging *messaging
	actions   map[string]map[string]action // service -> action's name
}

// region returns the named region, creating it on first use. The lock must be held.
func (s *Server) region(name string) *region {
	if r := s.regions[name]; r != nil {
		return r
	}
	r := &region{server: s, name: name}
	r.lambda = &lambdaService{region: r, functions: map[string]*function{}, mappings: map[string]*mapping{}}
	r.logs = &logsService{region: r, groups: map[string]*logGroup{}, queries: map[string][][]insights.Field{}}
	r.events = &eventsService{region: r, rules: map[string]*rule{}}
	r.ecs = &ecsService{region: r, clusters: map[string]*cluster{}, definitions: map[string][]obj{}}
	r.related = newRelated(r)
	r.messaging = &messaging{region: r, queues: map[string]*queue{}, topics: map[string]bool{}}
	for _, arn := range s.opts.Existing {
		switch {
		case strings.Contains(arn, ":sqs:"+name+":"):
			r.messaging.queues[arn] = &queue{}
		case strings.Contains(arn, ":sns:"+name+":"):
			r.messaging.topics[arn] = true
		}
	}
	r.actions = map[string]map[string]action{
		"iam":    s.iam.actions(),
		"sts":    s.iam.stsActions(),
		"lambda": r.lambda.actions(),
		"logs":   r.logs.actions(),
		"events": r.events.actions(),
		"ecs":    r.ecs.actions(),
		"ecr":    (&registry{region: r}).actions(),

		"sqs":     r.messaging.sqsActions(),
		"sns":     r.messaging.snsActions(),
		"account": {"ListRegions": op(listRegions)},
		"tag":     {"GetResources": op(getResources)},
	}
	maps.Copy(r.actions, r.related.actions())
	s.regions[name] = r
	return r
}

// partition returns the partition of the region.
func (r *region) partition() string {
	switch {
	case strings.HasPrefix(r.name, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(r.name, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// arn returns the ARN of a resource in this region.
func (r *region) arn(service, resource string) string {
	return fmt.Sprintf("arn:%s:%s:%s:%s:%s", r.partition(), service, r.name, r.server.opts.Account, resource)
}

// globalARN returns the ARN of a resource of IAM or STS, which belong to no region.
func (r *region) globalARN(service, resource string) string {
	return fmt.Sprintf("arn:%s:%s::%s:%s", r.partition(), service, r.server.opts.Account, resource)
}

// newID returns a random version 4 UUID.
func newID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails, according to its documentation
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// randomHex returns n random hexadecimal digits, at most 32.
func randomHex(n int) string { return strings.ReplaceAll(newID(), "-", "")[:n] }

// uniqueID returns an IAM identifier: its kind (AROA for a role), then 17 upper case letters and digits.
func uniqueID(kind string) string { return kind + rand.Text()[:17] }
