package localaws

import (
	"fmt"
	"strings"
)

// region is one region of the account.
type region struct {
	server  *kernel
	name    string
	actions map[string]map[string]action // service -> action's name
}

// region returns the named region, creating it on first use. The lock must be held.
func (s *kernel) region(name string) *region {
	if r := s.regions[name]; r != nil {
		return r
	}
	r := &region{server: s, name: name}
	r.actions = s.parts.Actions(r)
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
