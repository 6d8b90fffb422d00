package api

import "github.com/spothandler/spothandler/internal/localaws/policy"

// Rights are the policies of a caller: each kind that exists must allow a request (IAM User Guide, policy
// evaluation logic).
type Rights struct{ Identity, Boundary, session *policy.Policy }

// IdentityBased is one of the kinds of policy named in errors.
const IdentityBased = "identity-based policy"

// Decide evaluates a request and names the kind of policy that denies it.
func (r Rights) Decide(a policy.Ask) (found policy.Verdict, by string) {
	found = policy.Allowed
	for _, kind := range []struct {
		policy *policy.Policy
		name   string
	}{{r.Identity, IdentityBased}, {r.Boundary, "permissions boundary"}, {r.session, "session policy"}} {
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

// ReadPolicies parses policies of one kind; an error is IAM's.
func ReadPolicies(documents ...string) (*policy.Policy, error) {
	read, err := policy.Read(documents...)
	return read, Malformed(err)
}

// Malformed returns IAM's error for an invalid policy; nil if err is nil.
func Malformed(err error) error {
	if err == nil {
		return nil
	}
	return Refuse("MalformedPolicyDocument", "%v", err)
}
