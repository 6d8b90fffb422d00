package iam

import "github.com/spothandler/spothandler/internal/localaws/api"

// Actions returns the actions by name.
func (s *Service) Actions() map[string]api.Action {
	tagRole, untagRole := api.TagCalls("iam", s.find, func(o *role) *api.Tags { return &o.tags })
	tagPolicy, untagPolicy := api.TagCalls("iam", s.ownPolicy, func(p *managedPolicy) *api.Tags { return &p.tags })
	return s.bounding(map[string]api.Action{
		"CreateRole":                    api.Op(s.createRole, "RoleName", "AssumeRolePolicyDocument"),
		"GetRole":                       s.on(s.getRole),
		"UpdateRole":                    s.on(s.updateRole),
		"UpdateAssumeRolePolicy":        s.on(s.updateTrust, "PolicyDocument"),
		"DeleteRole":                    s.on(s.deleteRole),
		"ListRoles":                     api.Op(s.listRoles),
		"PutRolePolicy":                 s.on(s.putRolePolicy, "PolicyName", "PolicyDocument"),
		"GetRolePolicy":                 s.on(s.getRolePolicy, "PolicyName"),
		"DeleteRolePolicy":              s.on(s.deleteRolePolicy, "PolicyName"),
		"ListRolePolicies":              api.Show(s.find, (*role).listPolicies, "RoleName"),
		"AttachRolePolicy":              s.on(s.attachRolePolicy, "PolicyArn"),
		"DetachRolePolicy":              s.on(s.detachRolePolicy, "PolicyArn"),
		"ListAttachedRolePolicies":      api.Show(s.find, (*role).listAttached, "RoleName"),
		"PutRolePermissionsBoundary":    s.on(s.putBoundary, "PermissionsBoundary"),
		"DeleteRolePermissionsBoundary": api.Change(s.find, func(o *role, _ *iamInput) { o.PermissionsBoundary = nil }, "RoleName"),
		"ListInstanceProfilesForRole":   s.on(s.listProfilesOf),
		"CreateInstanceProfile":         api.Op(s.createInstanceProfile, "InstanceProfileName"),
		"DeleteInstanceProfile":         api.On(s.findProfile, s.deleteInstanceProfile, "InstanceProfileName"),
		"AddRoleToInstanceProfile":      api.On(s.findProfile, s.addRoleToProfile, "InstanceProfileName", "RoleName"),
		"RemoveRoleFromInstanceProfile": api.On(s.findProfile, s.removeRoleFromProfile, "InstanceProfileName", "RoleName"),
		"ListRoleTags":                  api.Show(s.find, (*role).listTags, "RoleName"),
		"TagRole":                       tagRole,
		"UntagRole":                     untagRole,
		"SimulatePrincipalPolicy":       api.Op(s.simulate, "PolicySourceArn", "ActionNames"),
		"CreatePolicy":                  api.Op(s.createPolicy, "PolicyName", "PolicyDocument"),
		"GetPolicy":                     api.On(s.findPolicy, s.getPolicy, "PolicyArn"),
		"DeletePolicy":                  api.On(s.ownPolicy, s.deletePolicy, "PolicyArn"),
		"CreatePolicyVersion":           api.On(s.ownPolicy, s.createPolicyVersion, "PolicyArn", "PolicyDocument"),
		"GetPolicyVersion":              api.On(s.findPolicy, s.getPolicyVersion, "PolicyArn", "VersionID"),
		"ListPolicyVersions":            api.On(s.findPolicy, s.listPolicyVersions, "PolicyArn"),
		"DeletePolicyVersion":           api.On(s.ownPolicy, s.deletePolicyVersion, "PolicyArn", "VersionID"),
		"TagPolicy":                     tagPolicy,
		"UntagPolicy":                   untagPolicy,
	})
}

// on makes an action on the role that the input names.
func (s *Service) on(method func(o *role, in *iamInput) (any, error), required ...string) api.Action {
	return api.On(s.find, method, append(required, "RoleName")...)
}
