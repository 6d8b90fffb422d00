package localaws

import (
	"strings"

	"github.com/spothandler/spothandler/internal/localaws/policy"
)

// asks uses the ARN of an existing role, and only the name of others: it is not documented that IAM would
// guess their path.
func (in *iamInput) asks(own ask, c *call) []ask {
	if strings.Contains(boundedActions, " "+c.record.Action+" ") {
		own.where("iam:permissionsboundary", in.PermissionsBoundary)
	}
	switch c.record.Action {
	case "AttachRolePolicy", "DetachRolePolicy":
		own.where("iam:policyarn", in.PolicyArn)
	case "CreateRole":
		return own.tagging(in.Tags, "iam:TagRole")
	case "CreatePolicy":
		return own.tagging(in.Tags, "iam:TagPolicy")
	}
	if in.RoleName != "" {
		own.shown = "role " + in.RoleName
	}
	return []ask{own}
}

// boundedActions are the actions that support the condition key iam:PermissionsBoundary (Service
// Authorization Reference).
const boundedActions = " CreateRole GetRole UpdateRole UpdateAssumeRolePolicy DeleteRole PutRolePolicy DeleteRolePolicy " +
	"AttachRolePolicy DetachRolePolicy PutRolePermissionsBoundary DeleteRolePermissionsBoundary "

// bounding adds the role's current boundary to the request that IAM evaluates, for the actions that support it.
func (s *iamService) bounding(all map[string]action) map[string]action {
	for _, name := range strings.Fields(boundedActions) {
		do := all[name]
		if do == nil {
			continue
		}
		all[name] = func(c *call) (any, error) {
			name, _ := c.params["RoleName"].(string)
			c.where("iam:permissionsboundary", s.boundaryOf(name))
			return do(c)
		}
	}
	return all
}

// boundaryOf returns the role's current boundary.
func (s *iamService) boundaryOf(name string) string {
	s.server.Lock()
	defer s.server.Unlock()
	o, err := s.find(&iamInput{RoleName: name})
	if err != nil {
		return ""
	}
	return o.boundary()
}

// Rights implements the kernel's roles.
func (s *iamService) Rights(name string) (rights, error) {
	return s.rights(s.roles[strings.ToLower(name)])
}

// RoleARN implements the kernel's roles.
func (s *iamService) RoleARN(name string) string {
	if o := s.roles[strings.ToLower(name)]; o != nil {
		return o.Arn
	}
	return ""
}

// rights returns a role's policies: its inline policies, the attached ones that are known here, and its
// boundary. A role that does not exist has no permissions.
func (s *iamService) rights(o *role) (have rights, err error) {
	if o == nil {
		have.identity, err = readPolicies()
		return have, err
	}
	documents := sorted(o.inline)
	for _, arn := range o.attached {
		if document, known := s.document(arn); known {
			documents = append(documents, document)
		}
	}
	if have.identity, err = readPolicies(documents...); err != nil || o.boundary() == "" {
		return have, err
	}
	document, _ := s.document(o.boundary())
	have.boundary, err = readPolicies(document)
	return have, err
}

// Verdict evaluates a request by a service that uses a role. The lock must be held.
func (s *iamService) Verdict(roleARN, action, resource string) policy.Verdict {
	have, err := s.rights(s.ofARN(roleARN))
	if err != nil {
		return policy.NotAllowed
	}
	found, _ := have.decide(policy.Ask{Action: action, Resource: resource})
	return found
}

// RoleMay reports whether a role's own policies allow what a service does with it. Attached AWS managed
// policies are not known here and taken to allow it. The lock must
// be held.
func (s *iamService) RoleMay(roleARN, action, resource string) bool {
	o := s.ofARN(roleARN)
	found := s.Verdict(roleARN, action, resource)
	return found == policy.Allowed || found == policy.NotAllowed && o != nil && len(o.attached) > 0
}
