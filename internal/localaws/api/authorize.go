package api

import (
	"cmp"
	"maps"
	"strings"

	"github.com/spothandler/spothandler/internal/localaws/policy"
)

// mayAlways is allowed for every caller, even with an explicit deny (STS API, GetCallerIdentity).
const mayAlways = "sts:GetCallerIdentity"

// authorize denies a call that the caller's policies do not allow, including the dependent actions that AWS
// checks: passing a role, tagging on creation. See [Options.Policies]. AssumeRole does its own check.
func (c *Request) authorize() error {
	if c.Record.String() == mayAlways || c.Record.String() == "sts:AssumeRole" {
		return nil
	}
	have, err := c.rights()
	if err != nil {
		return err
	}
	for _, a := range c.asks() {
		if found, by := c.Decide(have, a.Ask); found != policy.Allowed {
			return c.Unauthorized(a, found, by)
		}
	}
	return nil
}

// asks returns the requests that IAM evaluates before the call is done.
func (c *Request) asks() []Ask {
	own := NewAsk(c.Record.String(), cmp.Or(c.Record.Resource, "*"))
	maps.Copy(own.Context, c.context)
	if c.input == nil {
		return []Ask{own}
	}
	return c.input.Asks(own, c)
}

// Decide evaluates a request, names the kind of policy that denies it, and records it in the journal.
func (c *Request) Decide(have Rights, a policy.Ask) (found policy.Verdict, by string) {
	found, by = have.Decide(a)
	c.Server.journal.mu.Lock()
	defer c.Server.journal.mu.Unlock()
	c.noted.Permissions = append(c.noted.Permissions, Permission{a.Action, found == policy.Allowed})
	return found, by
}

// May reports whether the caller is allowed an action other than the call itself.
func (c *Request) May(a Ask) bool {
	have, err := c.rights()
	if err != nil {
		return false
	}
	found, _ := c.Decide(have, a.Ask)
	return found == policy.Allowed
}

// Unauthorized returns the error in each service's wording; by is the kind of policy that denies.
func (c *Request) Unauthorized(a Ask, found policy.Verdict, by string) *Error {
	service, action, _ := strings.Cut(a.Action, ":")
	of := Call{Service: service, Action: action, Principal: c.Record.Principal, Resource: cmp.Or(a.Shown, a.Resource)}
	refusal := denied(of)
	called := denied(c.Record) // the called service determines code and status
	refusal.Code, refusal.Status = called.Code, called.Status
	before, after, _ := strings.Cut(refusal.Message, " because no identity-based policy")
	if found == policy.Forbidden {
		article := map[bool]string{true: "an ", false: "a "}[by == IdentityBased]
		refusal.Message = before + " with an explicit deny in " + article + by
	} else {
		refusal.Message = before + " because no " + by + after
	}
	return refusal
}

// SetPolicy sets the policy of the caller with this access key ID, replacing that of [Options.Policies],
// which must not be nil.
func (s *Server) SetPolicy(accessKey, document string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Options.Policies[accessKey] = document
}

// rights returns the caller's policies; empty ones, which allow everything, for an unrestricted caller.
func (c *Request) rights() (Rights, error) {
	c.Server.Lock()
	defer c.Server.Unlock()
	return c.RightsLocked()
}

// RightsLocked is rights for callers that hold the lock.
func (c *Request) RightsLocked() (Rights, error) {
	s := c.Server
	if s.Options.Policies == nil {
		return Rights{}, nil
	}
	if name := RoleOf(c.Record.Principal); name != "" {
		have, err := s.parts.Roles.Rights(name)
		if err == nil && c.session.Policy != "" {
			have.session, err = ReadPolicies(c.session.Policy)
		}
		return have, err
	}
	key, _, _, _ := scope(c.HTTP)
	if document, restricted := s.Options.Policies[key]; restricted {
		own, err := ReadPolicies(document)
		return Rights{Identity: own}, err
	}
	return Rights{}, nil
}
