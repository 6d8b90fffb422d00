package policy

import (
	"encoding/json"
	"slices"
)

// CheckPermissions holds a document against what IAM asks of a policy of a role.
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

// CheckTrust holds a document against what IAM asks of a role's trust policy.
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

// check finds what is wrong with any policy, and what wrong says about one of its statements, "" being nothing.
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

// Trusts tells whether a trust policy lets a service assume the role.
func Trusts(document, service string) bool {
	statements, _ := read(document) // what is malformed trusts nobody
	return slices.ContainsFunc(statements, func(s statement) bool {
		var principal struct{ Service list[string] }
		return json.Unmarshal(s.Principal, &principal) == nil && s.Effect == "Allow" &&
			slices.Contains(s.Action, "sts:AssumeRole") && slices.Contains(principal.Service, service)
	})
}
