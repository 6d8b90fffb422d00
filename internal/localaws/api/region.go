package api

import (
	"fmt"
	"strings"
)

// Region is one Region of the account.
type Region struct {
	Server  *Server
	Name    string
	Actions map[string]map[string]Action // service -> action's name
}

// Region returns the named Region, creating it on first use. The lock must be held.
func (s *Server) Region(name string) *Region {
	if r := s.regions[name]; r != nil {
		return r
	}
	r := &Region{Server: s, Name: name}
	r.Actions = s.parts.Actions(r)
	s.regions[name] = r
	return r
}

// Partition returns the partition of the Region.
func (r *Region) Partition() string {
	switch {
	case strings.HasPrefix(r.Name, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(r.Name, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// ARN returns the ARN of a resource in this Region.
func (r *Region) ARN(service, resource string) string {
	return fmt.Sprintf("arn:%s:%s:%s:%s:%s", r.Partition(), service, r.Name, r.Server.Options.Account, resource)
}

// GlobalARN returns the ARN of a resource of IAM or STS, which belong to no Region.
func (r *Region) GlobalARN(service, resource string) string {
	return fmt.Sprintf("arn:%s:%s::%s:%s", r.Partition(), service, r.Server.Options.Account, resource)
}
