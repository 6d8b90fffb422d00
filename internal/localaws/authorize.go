package localaws

import (
	"cmp"
	"strings"

	"github.com/spothandler/spothandler/internal/localaws/policy"
)

// mayAlways is allowed for every caller, even with an explicit deny (STS API, GetCallerIdentity).
const mayAlways = "sts:GetCallerIdentity"

// authorize denies a call that the caller's policies do not allow, including the dependent actions that AWS
// checks: passing a role, tagging on creation. See [Options.Policies]. AssumeRole does its own check.
func (c *call) authorize() error {
	if c.record.String() == mayAlways || c.record.String() == "sts:AssumeRole" {
		return nil
	}
	have, err := c.rights()
	if err != nil {
		return err
	}
	for _, a := range c.asks() {
		if found, by := c.decide(have, a.Ask); found != policy.Allowed {
			return c.unauthorized(a, found, by)
		}
	}
	return nil
}

// decide evaluates a request, names the kind of policy that denies it, and records it in the journal.
func (c *call) decide(have rights, a policy.Ask) (found policy.Verdict, by string) {
	found, by = have.decide(a)
	c.server.journal.mu.Lock()
	defer c.server.journal.mu.Unlock()
	c.noted.Permissions = append(c.noted.Permissions, Permission{a.Action, found == policy.Allowed})
	return found, by
}

// may reports whether the caller is allowed an action other than the call itself.
func (c *call) may(a ask) bool {
	have, err := c.rights()
	if err != nil {
		return false
	}
	found, _ := c.decide(have, a.Ask)
	return found == policy.Allowed
}

// unauthorized returns the error in each service's wording; by is the kind of policy that denies.
func (c *call) unauthorized(a ask, found policy.Verdict, by string) *Error {
	service, action, _ := strings.Cut(a.Action, ":")
	of := Call{Service: service, Action: action, Principal: c.record.Principal, Resource: cmp.Or(a.shown, a.Resource)}
	refusal := denied(of)
	answering := denied(c.record) // the called service determines code and status
	refusal.Code, refusal.Status = answering.Code, answering.Status
	before, after, _ := strings.Cut(refusal.Message, " because no identity-based policy")
	if found == policy.Forbidden {
		article := map[bool]string{true: "an ", false: "a "}[by == identityBased]
		refusal.Message = before + " with an explicit deny in " + article + by
	} else {
		refusal.Message = before + " because no " + by + after
	}
	return refusal
}

// SetPolicy sets the policy of the caller with this access key ID, replacing that of [Options.Policies],
// which must not be nil.
func (s *kernel) SetPolicy(accessKey, document string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opts.Policies[accessKey] = document
}

// rights are the policies of a caller: each kind that exists must allow a request (IAM User Guide, policy
// evaluation logic).
type rights struct{ identity, boundary, session *policy.Policy }

// identityBased is one of the kinds of policy named in errors.
const identityBased = "identity-based policy"

// decide evaluates a request and names the kind of policy that denies it.
func (r rights) decide(a policy.Ask) (found policy.Verdict, by string) {
	found = policy.Allowed
	for _, kind := range []struct {
		policy *policy.Policy
		name   string
	}{{r.identity, identityBased}, {r.boundary, "permissions boundary"}, {r.session, "session policy"}} {
		switch kind.policy.Decide(a) {
		case policy.Forbidden:
			return policy.Forbidden, kind.name
		case policy.NotAllowed:
			if found == policy.Allowed {
				found, by = policy.NotAllowed, kind.name
			}
		}
	}
	return found, by
}

// rights returns the caller's policies; empty ones, which allow everything, for an unrestricted caller.
func (c *call) rights() (rights, error) {
	c.server.Lock()
	defer c.server.Unlock()
	return c.rightsLocked()
}

// rightsLocked is rights for callers that hold the lock.
func (c *call) rightsLocked() (rights, error) {
	s := c.server
	if s.opts.Policies == nil {
		return rights{}, nil
	}
	if name := roleOf(c.record.Principal); name != "" {
		have, err := s.parts.Roles.Rights(name)
		if err == nil && c.session.policy != "" {
			have.session, err = readPolicies(c.session.policy)
		}
		return have, err
	}
	key, _, _, _ := scope(c.request)
	if document, restricted := s.opts.Policies[key]; restricted {
		own, err := readPolicies(document)
		return rights{identity: own}, err
	}
	return rights{}, nil
}

func readPolicies(documents ...string) (*policy.Policy, error) {
	read, err := policy.Read(documents...)
	return read, malformed(err)
}

// malformed returns IAM's error for an invalid policy; nil if err is nil.
func malformed(err error) error {
	if err == nil {
		return nil
	}
	return refuse("MalformedPolicyDocument", "%v", err)
}
