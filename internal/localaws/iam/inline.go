package iam

import (
	"maps"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/localaws/api"
	"github.com/spothandler/spothandler/internal/localaws/policy"
)

// inlineLimit is the maximum total length of a role's inline policies, in characters that are not white
// space.
const inlineLimit = 10240

func (s *Service) putRolePolicy(o *role, in *iamInput) (any, error) {
	if err := api.Malformed(policy.CheckPermissions(in.PolicyDocument)); err != nil {
		return nil, err
	}
	size := 0
	after := maps.Clone(o.inline)
	after[in.PolicyName] = in.PolicyDocument
	for _, document := range after {
		size += len(strings.Join(strings.Fields(document), ""))
	}
	if size > inlineLimit {
		return nil, api.Refuse("LimitExceeded", "Maximum policy size of %d bytes exceeded for role %s", inlineLimit, o.RoleName)
	}
	o.inline = after
	return nil, nil
}

func (s *Service) getRolePolicy(o *role, in *iamInput) (any, error) {
	document, ok := o.inline[in.PolicyName]
	if !ok {
		return nil, noSuchEntity("The role policy with name %s cannot be found.", in.PolicyName)
	}
	return api.Obj{"RoleName": o.RoleName, "PolicyName": in.PolicyName, "PolicyDocument": escapeDocument(document)}, nil
}

func (s *Service) deleteRolePolicy(o *role, in *iamInput) (any, error) {
	_, err := s.getRolePolicy(o, in)
	delete(o.inline, in.PolicyName)
	return nil, err
}

func (o *role) listPolicies() any {
	return api.Obj{"PolicyNames": slices.Sorted(maps.Keys(o.inline)), "IsTruncated": false}
}

// attachRolePolicy accepts the account's own policies, and any name of AWS's.
func (s *Service) attachRolePolicy(o *role, in *iamInput) (any, error) {
	partition, _, _ := strings.Cut(o.Arn, ":iam:")
	if s.policies[in.PolicyArn] == nil && !strings.HasPrefix(in.PolicyArn, partition+":iam::aws:policy/") {
		return nil, noSuchEntity("Policy %s does not exist or is not attachable.", in.PolicyArn)
	}
	if !slices.Contains(o.attached, in.PolicyArn) {
		o.attached = append(o.attached, in.PolicyArn)
	}
	return nil, nil
}

func (s *Service) detachRolePolicy(o *role, in *iamInput) (any, error) {
	i := slices.Index(o.attached, in.PolicyArn)
	if i < 0 {
		return nil, noSuchEntity("Policy %s was not found.", in.PolicyArn)
	}
	o.attached = slices.Delete(o.attached, i, i+1)
	return nil, nil
}

func (o *role) listAttached() any {
	attached := []api.Obj{}
	for _, arn := range o.attached {
		attached = append(attached, api.Obj{"PolicyName": api.AfterLast(arn, "/"), "PolicyArn": arn})
	}
	return api.Obj{"AttachedPolicies": attached, "IsTruncated": false}
}
