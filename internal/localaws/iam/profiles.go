package iam

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

func (s *Service) findProfile(in *iamInput) (*instanceProfile, error) {
	if found := s.profiles[in.InstanceProfileName]; found != nil {
		return found, nil
	}
	return nil, noSuchEntity("Instance Profile %s cannot be found.", in.InstanceProfileName)
}

func (s *Service) createInstanceProfile(c *api.Request, in *iamInput) (any, error) {
	if s.profiles[in.InstanceProfileName] != nil {
		return nil, api.Refuse("EntityAlreadyExists", "Instance Profile %s already exists.", in.InstanceProfileName)
	}
	made := &instanceProfile{
		Path: cmp.Or(in.Path, "/"), InstanceProfileName: in.InstanceProfileName, Arn: profileARN(c.Region, in),
		InstanceProfileID: api.UniqueID("AIPA"), CreateDate: time.Now().UTC().Truncate(time.Second), Roles: []role{},
	}
	s.profiles[in.InstanceProfileName] = made
	return api.Obj{"InstanceProfile": made}, nil
}

func (s *Service) deleteInstanceProfile(p *instanceProfile, _ *iamInput) (any, error) {
	if len(p.Roles) > 0 {
		return nil, api.Refuse("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.")
	}
	delete(s.profiles, p.InstanceProfileName)
	return nil, nil
}

func (s *Service) addRoleToProfile(p *instanceProfile, in *iamInput) (any, error) {
	o, err := s.find(in)
	if err != nil {
		return nil, err
	}
	if len(p.Roles) > 0 {
		return nil, api.Refuse("LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")
	}
	p.Roles = append(p.Roles, o.listed())
	return nil, nil
}

func (s *Service) removeRoleFromProfile(p *instanceProfile, in *iamInput) (any, error) {
	if !p.has(in.RoleName) {
		return nil, noSuchEntity("The role with name %s cannot be found.", in.RoleName)
	}
	p.Roles = p.Roles[:0]
	return nil, nil
}

func (p *instanceProfile) has(name string) bool {
	return slices.ContainsFunc(p.Roles, func(o role) bool { return strings.EqualFold(o.RoleName, name) })
}

// profilesOf returns the instance profiles that contain a role.
func (s *Service) profilesOf(o *role) []*instanceProfile {
	return slices.DeleteFunc(api.Sorted(s.profiles), func(p *instanceProfile) bool { return !p.has(o.RoleName) })
}

func (s *Service) listProfilesOf(o *role, in *iamInput) (any, error) {
	return pagedIAM("InstanceProfiles", s.profilesOf(o), in)
}
