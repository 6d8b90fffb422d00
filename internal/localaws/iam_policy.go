package localaws

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// inlineLimit is how long a role's inline policies may be together, in characters that are not white space.
const inlineLimit = 10240

type rolePolicyRef struct {
	roleRef
	PolicyName string `check:"required len=1:128 re=[\\w+=,.@-]+"`
}

type putRolePolicyInput struct {
	rolePolicyRef
	PolicyDocument string `check:"required len=1:131072"`
}

func (s *iamService) putRolePolicy(_ *call, in putRolePolicyInput) (any, error) {
	o, err := s.find(in.RoleName)
	if err != nil {
		return nil, err
	}
	if err := checkPermissions(in.PolicyDocument); err != nil {
		return nil, err
	}
	size := len(strings.Join(strings.Fields(in.PolicyDocument), ""))
	for name, document := range o.inline {
		if name != in.PolicyName {
			size += len(strings.Join(strings.Fields(document), ""))
		}
	}
	if size > inlineLimit {
		return nil, refuseWith(409, "LimitExceeded", "Maximum policy size of %d bytes exceeded for role %s", inlineLimit, o.name)
	}
	o.inline[in.PolicyName] = in.PolicyDocument
	return nil, nil
}

type rolePolicyAnswer struct {
	RoleName, PolicyName, PolicyDocument string
}

func (s *iamService) getRolePolicy(_ *call, in rolePolicyRef) (rolePolicyAnswer, error) {
	o, err := s.find(in.RoleName)
	if err != nil {
		return rolePolicyAnswer{}, err
	}
	document, ok := o.inline[in.PolicyName]
	if !ok {
		return rolePolicyAnswer{}, noSuchEntity("The role policy with name %s cannot be found.", in.PolicyName)
	}
	return rolePolicyAnswer{o.name, in.PolicyName, escapeDocument(document)}, nil
}

func (s *iamService) deleteRolePolicy(_ *call, in rolePolicyRef) (any, error) {
	o, err := s.find(in.RoleName)
	if err != nil {
		return nil, err
	}
	if _, ok := o.inline[in.PolicyName]; !ok {
		return nil, noSuchEntity("The role policy with name %s cannot be found.", in.PolicyName)
	}
	delete(o.inline, in.PolicyName)
	return nil, nil
}

type policyNamesAnswer struct {
	PolicyNames []string `xml:"PolicyNames>member"`
	IsTruncated bool
}

func (s *iamService) listRolePolicies(_ *call, in roleRef) (policyNamesAnswer, error) {
	o, err := s.find(in.RoleName)
	if err != nil {
		return policyNamesAnswer{}, err
	}
	return policyNamesAnswer{PolicyNames: slices.Sorted(maps.Keys(o.inline))}, nil
}

type attachInput struct {
	roleRef
	PolicyArn string `check:"required len=20:2048"`
}

func (s *iamService) attachRolePolicy(c *call, in attachInput) (any, error) {
	o, err := s.find(in.RoleName)
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(in.PolicyArn, "arn:"+c.region.partition()+":iam::aws:policy/") {
		return nil, noSuchEntity("Policy %s does not exist or is not attachable.", in.PolicyArn)
	}
	if !slices.Contains(o.attached, in.PolicyArn) {
		o.attached = append(o.attached, in.PolicyArn)
	}
	return nil, nil
}

func (s *iamService) detachRolePolicy(_ *call, in attachInput) (any, error) {
	o, err := s.find(in.RoleName)
	if err != nil {
		return nil, err
	}
	i := slices.Index(o.attached, in.PolicyArn)
	if i < 0 {
		return nil, noSuchEntity("Policy %s was not found.", in.PolicyArn)
	}
	o.attached = slices.Delete(o.attached, i, i+1)
	return nil, nil
}

type attachedXML struct {
	PolicyName, PolicyArn string
}

type attachedAnswer struct {
	AttachedPolicies []attachedXML `xml:"AttachedPolicies>member"`
	IsTruncated      bool
}

func (s *iamService) listAttachedRolePolicies(_ *call, in roleRef) (attachedAnswer, error) {
	o, err := s.find(in.RoleName)
	if err != nil {
		return attachedAnswer{}, err
	}
	var answer attachedAnswer
	for _, arn := range o.attached {
		answer.AttachedPolicies = append(answer.AttachedPolicies, attachedXML{arn[strings.LastIndex(arn, "/")+1:], arn})
	}
	return answer, nil
}

type boundaryInput struct {
	roleRef
	PermissionsBoundary string `check:"required len=20:2048"`
}

func (s *iamService) putBoundary(_ *call, in boundaryInput) (any, error) {
	o, err := s.find(in.RoleName)
	if err != nil {
		return nil, err
	}
	o.boundary = in.PermissionsBoundary
	return nil, nil
}

func (s *iamService) deleteBoundary(_ *call, in roleRef) (any, error) {
	o, err := s.find(in.RoleName)
	if err != nil {
		return nil, err
	}
	o.boundary = ""
	return nil, nil
}

type instanceProfilesAnswer struct {
	InstanceProfiles struct{}
	IsTruncated      bool
}

// listInstanceProfiles finds none: nothing here can make one.
func (s *iamService) listInstanceProfiles(_ *call, in roleRef) (instanceProfilesAnswer, error) {
	_, err := s.find(in.RoleName)
	return instanceProfilesAnswer{}, err
}

type roleTagsAnswer struct {
	Tags        []tag `xml:"Tags>member"`
	IsTruncated bool
}

func (s *iamService) listRoleTags(_ *call, in roleRef) (roleTagsAnswer, error) {
	o, err := s.find(in.RoleName)
	if err != nil {
		return roleTagsAnswer{}, err
	}
	return roleTagsAnswer{Tags: o.tags.list()}, nil
}

type tagRoleInput struct {
	roleRef
	Tags []tag
}

func (s *iamService) tagRole(_ *call, in tagRoleInput) (any, error) {
	o, err := s.find(in.RoleName)
	if err != nil {
		return nil, err
	}
	o.tags, err = addRoleTags(o.tags, in.Tags)
	return nil, err
}

// addRoleTags gives have with more; keys that differ only in case are one key to IAM.
func addRoleTags(have tags, more []tag) (tags, error) {
	seen := map[string]bool{}
	for _, t := range more {
		if seen[strings.ToLower(t.Key)] {
			return have, refuse("InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
		seen[strings.ToLower(t.Key)] = true
	}
	sum, reason := have.with(tagsOf(more))
	switch reason {
	case "":
		return sum, nil
	case tooManyTags:
		return have, refuseWith(409, "LimitExceeded", "The number of tags has reached the maximum limit.")
	}
	return have, refuse("InvalidInput", "%s", reason)
}

type untagRoleInput struct {
	roleRef
	TagKeys []string
}

func (s *iamService) untagRole(_ *call, in untagRoleInput) (any, error) {
	o, err := s.find(in.RoleName)
	if err != nil {
		return nil, err
	}
	o.tags.without(in.TagKeys)
	return nil, nil
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
