package iam

import (
	"cmp"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
	"github.com/spothandler/spothandler/internal/localaws/policy"
)

// getRole returns a very new role with its unique ID instead of its ARN, as IAM does.
func (s *Service) getRole(o *role, _ *iamInput) (any, error) {
	shown := o.full()
	if time.Now().Before(o.seenFrom.Add(s.server.Options.Delays.RoleSeen)) {
		shown.Arn = o.RoleID
	}
	return api.Obj{"Role": shown}, nil
}

// full returns the role with its tags and its boundary.
func (o *role) full() role {
	shown := o.listed()
	shown.PermissionsBoundary, shown.Tags = o.PermissionsBoundary, o.tags.List()
	return shown
}

func (o *role) listTags() any { return api.Obj{"Tags": o.tags.List(), "IsTruncated": false} }

// putBoundary sets a role's boundary, which must be an existing policy.
func (s *Service) putBoundary(o *role, in *iamInput) (any, error) {
	if _, known := s.document(in.PermissionsBoundary); !known {
		return nil, noSuchEntity("Scope ARN: %s does not exist or is not attachable.", in.PermissionsBoundary)
	}
	o.PermissionsBoundary = api.Obj{"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": in.PermissionsBoundary}
	return nil, nil
}

func (s *Service) createRole(c *api.Request, in *iamInput) (any, error) {
	if s.roles[strings.ToLower(in.RoleName)] != nil {
		return nil, api.Refuse("EntityAlreadyExists", "Role with name %s already exists.", in.RoleName)
	}
	if err := api.Malformed(policy.CheckTrust(in.AssumeRolePolicyDocument)); err != nil {
		return nil, err
	}
	now, path := time.Now(), cmp.Or(in.Path, "/")
	o := &role{
		Path: path, RoleName: in.RoleName, RoleID: api.UniqueID("AROA"), Arn: c.Region.GlobalARN("iam", "role"+path+in.RoleName),
		CreateDate: now.UTC().Truncate(time.Second), AssumeRolePolicyDocument: in.AssumeRolePolicyDocument,
		MaxSessionDuration: cmp.Or(in.MaxSessionDuration, 3600),
		seenFrom:           now.Add(s.server.Options.Delays.RoleSeen), usableFrom: now.Add(s.server.Options.Delays.RoleUsable), inline: map[string]string{},
	}
	api.Set(&o.Description, in.Description)
	if err := o.tags.Add("iam", in.Tags); err != nil {
		return nil, err
	}
	if in.PermissionsBoundary != "" {
		if _, err := s.putBoundary(o, in); err != nil {
			return nil, err
		}
	}
	s.roles[strings.ToLower(o.RoleName)] = o
	return api.Obj{"Role": o.full()}, nil
}

func (s *Service) updateRole(o *role, in *iamInput) (any, error) {
	api.Set(&o.Description, in.Description)
	o.MaxSessionDuration = cmp.Or(in.MaxSessionDuration, o.MaxSessionDuration)
	return api.Obj{}, nil
}

func (s *Service) updateTrust(o *role, in *iamInput) (any, error) {
	if err := api.Malformed(policy.CheckTrust(in.PolicyDocument)); err != nil {
		return nil, err
	}
	if in.PolicyDocument != o.AssumeRolePolicyDocument {
		o.usableFrom = time.Now().Add(s.server.Options.Delays.RoleUsable)
	}
	o.AssumeRolePolicyDocument = in.PolicyDocument
	return nil, nil
}

func (s *Service) deleteRole(o *role, _ *iamInput) (any, error) {
	if len(s.profilesOf(o)) > 0 {
		return nil, api.Refuse("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.")
	}
	if len(o.attached) > 0 {
		return nil, api.Refuse("DeleteConflict", "Cannot delete entity, must detach all policies first.")
	}
	if len(o.inline) > 0 {
		return nil, api.Refuse("DeleteConflict", "Cannot delete entity, must delete policies first.")
	}
	delete(s.roles, strings.ToLower(o.RoleName))
	return nil, nil
}

func (s *Service) listRoles(_ *api.Request, in *iamInput) (any, error) {
	var all []role
	for _, o := range api.Sorted(s.roles) {
		if strings.HasPrefix(o.Path, cmp.Or(in.PathPrefix, "/")) && !time.Now().Before(o.seenFrom) {
			all = append(all, o.listed())
		}
	}
	return pagedIAM("Roles", all, in)
}

// RoleID returns the unique ID of the role with this ARN, "" if there is none. The lock must be held.
func (s *Service) RoleID(arn string) string {
	if o := s.ofARN(arn); o != nil {
		return o.RoleID
	}
	return ""
}

// Assumable reports whether a service, such as lambda.amazonaws.com, can assume the role with this ARN yet. The lock must be
// held.
func (s *Service) Assumable(arn, service string) bool {
	o := s.ofARN(arn)
	return o != nil && !time.Now().Before(o.usableFrom) && policy.Trusts(o.AssumeRolePolicyDocument, service)
}
