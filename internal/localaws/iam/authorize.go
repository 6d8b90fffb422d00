package iam

import (
	"strings"

	"github.com/spothandler/spothandler/internal/localaws/api"
	"github.com/spothandler/spothandler/internal/localaws/policy"
)

// Asks uses the ARN of an existing role, and only the name of others: it is not documented that IAM would
// guess their path.
func (in *iamInput) Asks(own api.Ask, c *api.Request) []api.Ask {
	if strings.Contains(boundedActions, " "+c.Record.Action+" ") {
		own.Where("iam:permissionsboundary", in.PermissionsBoundary)
	}
	switch c.Record.Action {
	case "AttachRolePolicy", "DetachRolePolicy":
		own.Where("iam:policyarn", in.PolicyArn)
	case "CreateRole":
		return own.Tagging(in.Tags, "iam:TagRole")
	case "CreatePolicy":
		return own.Tagging(in.Tags, "iam:TagPolicy")
	}
	if in.RoleName != "" {
		own.Shown = "role " + in.RoleName
	}
	return []api.Ask{own}
}

// boundedActions are the actions that support the condition key iam:PermissionsBoundary (Service
// Authorization Reference).
const boundedActions = " CreateRole GetRole UpdateRole UpdateAssumeRolePolicy DeleteRole PutRolePolicy DeleteRolePolicy " +
	"AttachRolePolicy DetachRolePolicy PutRolePermissionsBoundary DeleteRolePermissionsBoundary "

// bounding adds the role's current boundary to the request that IAM evaluates, for the actions that support it.
func (s *Service) bounding(all map[string]api.Action) map[string]api.Action {
	for _, name := range strings.Fields(boundedActions) {
		do := all[name]
		if do == nil {
			continue
		}
		all[name] = func(c *api.Request) (any, error) {
			name, _ := c.Params["RoleName"].(string)
			c.Where("iam:permissionsboundary", s.boundaryOf(name))
			return do(c)
		}
	}
	return all
}

// boundaryOf returns the role's current boundary.
func (s *Service) boundaryOf(name string) string {
	s.server.Lock()
	defer s.server.Unlock()
	o, err := s.find(&iamInput{RoleName: name})
	if err != nil {
		return ""
	}
	return o.boundary()
}

// Rights returns the policies of the role with this name. The lock must be held.
func (s *Service) Rights(name string) (api.Rights, error) {
	return s.rights(s.roles[strings.ToLower(name)])
}

// RoleARN returns the ARN of the role with this name, "" if there is none. The lock must be held.
func (s *Service) RoleARN(name string) string {
	if o := s.roles[strings.ToLower(name)]; o != nil {
		return o.Arn
	}
	return ""
}

// rights returns a role's policies: its inline policies, the attached ones that are known here, and its
// boundary. A role that does not exist has no permissions.
func (s *Service) rights(o *role) (have api.Rights, err error) {
	if o == nil {
		have.Identity, err = api.ReadPolicies()
		return have, err
	}
	documents := api.Sorted(o.inline)
	for _, arn := range o.attached {
		if document, known := s.document(arn); known {
			documents = append(documents, document)
		}
	}
	if have.Identity, err = api.ReadPolicies(documents...); err != nil || o.boundary() == "" {
		return have, err
	}
	document, _ := s.document(o.boundary())
	have.Boundary, err = api.ReadPolicies(document)
	return have, err
}

// Verdict evaluates a request by a service that uses a role. The lock must be held.
func (s *Service) Verdict(roleARN, action, resource string) policy.Verdict {
	have, err := s.rights(s.ofARN(roleARN))
	if err != nil {
		return policy.NotAllowed
	}
	found, _ := have.Decide(policy.Ask{Action: action, Resource: resource})
	return found
}

// RoleMay reports whether a role's own policies allow what a service does with it. Attached AWS managed
// policies are not known here and taken to allow it. The lock must
// be held.
func (s *Service) RoleMay(roleARN, action, resource string) bool {
	o := s.ofARN(roleARN)
	found := s.Verdict(roleARN, action, resource)
	return found == policy.Allowed || found == policy.NotAllowed && o != nil && len(o.attached) > 0
}
