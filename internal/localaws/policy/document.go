package policy

import (
	"encoding/json"
	"slices"
)

// CheckPermissions validates a permissions policy of a role as IAM does.
func CheckPermissions(document string) error {
	return check(document, func(s statement) string {
		switch {
		case len(s.Resource)+len(s.NotResource) == 0:
			return "Policy statement must contain resources."
		case len(s.Principal) > 0:
			return "Policy document should not specify a principal."
		}
		return ""
	})
}

// CheckTrust validates a role's trust policy as IAM does.
func CheckTrust(document string) error {
	return check(document, func(s statement) string {
		switch {
		case len(s.Resource)+len(s.NotResource) > 0:
			return "Has prohibited field Resource"
		case len(s.Principal) == 0:
			return "Missing required field Principal"
		}
		return ""
	})
}

// check validates a policy; wrong returns what is wrong with one of its statements, or "".
func check(document string, wrong func(statement) string) error {
	statements, err := read(document)
	if err != nil {
		return err
	}
	if len(statements) == 0 {
		return Malformed("Syntax errors in policy.")
	}
	for _, s := range statements {
		switch {
		case s.Effect != "Allow" && s.Effect != "Deny":
			return Malformed("Syntax errors in policy.")
		case len(s.Action)+len(s.NotAction) == 0:
			return Malformed("Policy statement must contain actions.")
		}
		if reason := wrong(s); reason != "" {
			return Malformed(reason)
		}
	}
	return nil
}

// Trusts reports whether a trust policy allows a service to assume the role.
func Trusts(document, service string) bool {
	return trust(document, "sts:AssumeRole", nil, func(p principals) bool { return slices.Contains(p.Service, service) }) == Allowed
}

// TrustsAny returns a trust policy's verdict for a caller with one of these names, which are ARNs or an
// account ID, in this context.
func TrustsAny(document string, names []string, context map[string]string) Verdict {
	return trust(document, "sts:AssumeRole", context, func(all principals) bool {
		return slices.ContainsFunc(all.AWS, func(p string) bool { return p == "*" || slices.Contains(names, p) })
	})
}

// TrustsIdentity returns a trust policy's verdict for a web identity of a provider, given by its ARN. The claims are
// condition keys in lower case, such as "token.actions.githubusercontent.com:sub" (IAM User Guide, keys for web identity
// federation).
func TrustsIdentity(document, provider string, claims map[string]string) Verdict {
	return trust(document, "sts:AssumeRoleWithWebIdentity", claims, func(p principals) bool { return slices.Contains(p.Federated, provider) })
}

// principals are those that a statement names.
type principals struct{ Service, AWS, Federated list[string] }

// trust evaluates the statements whose principal matches; a malformed policy trusts no one.
func trust(document, action string, context map[string]string, fits func(principals) bool) Verdict {
	statements, _ := read(document)
	p := Policy{slices.DeleteFunc(statements, func(s statement) bool {
		var named principals
		if string(s.Principal) == `"*"` {
			named.AWS = list[string]{"*"}
		} else if json.Unmarshal(s.Principal, &named) != nil {
			return true
		}
		return !fits(named)
	})}
	for i := range p.statements {
		p.statements[i].Resource = list[string]{"*"} // it concerns its own role
	}
	return p.Decide(Ask{Action: action, Resource: "*", Context: context})
}
