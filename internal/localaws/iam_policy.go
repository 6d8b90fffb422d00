package localaws

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// inlineLimit is how long a role's inline policies may be together, in characters that are not white space.
const inlineLimit = 10240

func (s *iamService) putRolePolicy(o *role, in *iamInput) (any, error) {
	if err := checkPermissions(in.PolicyDocument); err != nil {
		return nil, err
	}
	size := 0
	after := maps.Clone(o.inline)
	after[in.PolicyName] = in.PolicyDocument
	for _, document := range after {
		size += len(strings.Join(strings.Fields(document), ""))
	}
	if size > inlineLimit {
		return nil, refuseWith(http.StatusConflict, "LimitExceeded", "Maximum policy size of %d bytes exceeded for role %s", inlineLimit, o.RoleName)
	}
	o.inline = after
	return nil, nil
}

func (s *iamService) getRolePolicy(o *role, in *iamInput) (any, error) {
	document, ok := o.inline[in.PolicyName]
	if !ok {
		return nil, noSuchEntity("The role policy with name %s cannot be found.", in.PolicyName)
	}
	return obj{"RoleName": o.RoleName, "PolicyName": in.PolicyName, "PolicyDocument": escapeDocument(document)}, nil
}

func (s *iamService) deleteRolePolicy(o *role, in *iamInput) (any, error) {
	_, err := s.getRolePolicy(o, in)
	delete(o.inline, in.PolicyName)
	return nil, err
}

func (o *role) listPolicies() any {
	return obj{"PolicyNames": slices.Sorted(maps.Keys(o.inline)), "IsTruncated": false}
}

// attachRolePolicy takes AWS's own policies: nothing here can make others.
func (s *iamService) attachRolePolicy(o *role, in *iamInput) (any, error) {
	partition, _, _ := strings.Cut(o.Arn, ":iam:")
	if !strings.HasPrefix(in.PolicyArn, partition+":iam::aws:policy/") {
		return nil, noSuchEntity("Policy %s does not exist or is not attachable.", in.PolicyArn)
	}
	if !slices.Contains(o.attached, in.PolicyArn) {
		o.attached = append(o.attached, in.PolicyArn)
	}
	return nil, nil
}

func (s *iamService) detachRolePolicy(o *role, in *iamInput) (any, error) {
	i := slices.Index(o.attached, in.PolicyArn)
	if i < 0 {
		return nil, noSuchEntity("Policy %s was not found.", in.PolicyArn)
	}
	o.attached = slices.Delete(o.attached, i, i+1)
	return nil, nil
}

func (o *role) listAttached() any {
	attached := []obj{}
	for _, arn := range o.attached {
		attached = append(attached, obj{"PolicyName": afterLast(arn, "/"), "PolicyArn": arn})
	}
	return obj{"AttachedPolicies": attached, "IsTruncated": false}
}

// escapeDocument encodes a policy as IAM's Get calls give it, by RFC 3986.
func escapeDocument(document string) string {
	return strings.ReplaceAll(url.QueryEscape(document), "+", "%20")
}

// policyDocument is what this package understands of a policy.
type policyDocument struct {
	Version   string
	Statement list[policyStatement]
}

type policyStatement struct {
	Effect            string
	Action, NotAction list[string]
	Resource          list[string]
	NotResource       list[string]
	Principal         json.RawMessage
}

// list reads what policies allow to be one value or a list of them.
type list[T any] []T

// UnmarshalJSON takes either form.
func (l *list[T]) UnmarshalJSON(text []byte) error {
	var many []T
	if err := json.Unmarshal(text, &many); err == nil {
		*l = many
		return nil
	}
	var one T
	if err := json.Unmarshal(text, &one); err != nil {
		return err
	}
	*l = list[T]{one}
	return nil
}

func malformed(format string, args ...any) *Error {
	return refuse("MalformedPolicyDocument", format, args...)
}

// parsePolicy reads a policy and checks what trust and permission policies have in common.
func parsePolicy(document string) (policyDocument, error) {
	var p policyDocument
	if !json.Valid([]byte(document)) {
		return p, malformed("This policy contains invalid Json")
	}
	if err := json.Unmarshal([]byte(document), &p); err != nil || len(p.Statement) == 0 {
		return p, malformed("Syntax errors in policy.")
	}
	for _, s := range p.Statement {
		switch {
		case s.Effect != "Allow" && s.Effect != "Deny":
			return p, malformed("Syntax errors in policy.")
		case len(s.Action)+len(s.NotAction) == 0:
			return p, malformed("Policy statement must contain actions.")
		}
	}
	return p, nil
}

func checkPermissions(document string) error {
	p, err := parsePolicy(document)
	if err != nil {
		return err
	}
	for _, s := range p.Statement {
		if len(s.Resource)+len(s.NotResource) == 0 {
			return malformed("Policy statement must contain resources.")
		}
		if len(s.Principal) > 0 {
			return malformed("Policy document should not specify a principal.")
		}
	}
	return nil
}

func checkTrust(document string) error {
	p, err := parsePolicy(document)
	if err != nil {
		return err
	}
	for _, s := range p.Statement {
		if len(s.Resource)+len(s.NotResource) > 0 {
			return malformed("Has prohibited field Resource")
		}
		if len(s.Principal) == 0 {
			return malformed("Missing required field Principal")
		}
	}
	return nil
}

// trusts tells whether a trust policy lets a service assume the role.
func trusts(document, service string) bool {
	p, err := parsePolicy(document)
	if err != nil {
		return false
	}
	for _, s := range p.Statement {
		var principal struct{ Service list[string] }
		if json.Unmarshal(s.Principal, &principal) == nil && s.Effect == "Allow" &&
			slices.Contains(s.Action, "sts:AssumeRole") && slices.Contains(principal.Service, service) {
			return true
		}
	}
	return false
}
