package iam

import (
	"cmp"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// document returns the default version of a policy.
func (s *Service) document(arn string) (document string, known bool) {
	if _, name, ok := strings.Cut(arn, ":iam::aws:policy/"); ok {
		return awsManaged(name)
	}
	p := s.policies[arn]
	if p == nil {
		return "", false
	}
	return p.version(p.DefaultVersionID).Document, true
}

// ownPolicy returns one of the account's policies.
func (s *Service) ownPolicy(in *iamInput) (*managedPolicy, error) {
	if p := s.policies[in.PolicyArn]; p != nil {
		return p, nil
	}
	return nil, noSuchEntity("Policy %s was not found.", in.PolicyArn)
}

// findPolicy returns one of the account's policies, or one of AWS's, which cannot be changed.
func (s *Service) findPolicy(in *iamInput) (*managedPolicy, error) {
	document, known := s.document(in.PolicyArn)
	if s.policies[in.PolicyArn] != nil || !known {
		return s.ownPolicy(in)
	}
	return newPolicy(in.PolicyArn, "/", document), nil
}

func (s *Service) createPolicy(c *api.Request, in *iamInput) (any, error) {
	arn := policyARN(c.Region, in)
	if s.policies[arn] != nil {
		return nil, api.Refuse("EntityAlreadyExists", "A policy called %s already exists. Duplicate names are not allowed.", in.PolicyName)
	}
	if err := checkManaged(in.PolicyDocument); err != nil {
		return nil, err
	}
	p := newPolicy(arn, cmp.Or(in.Path, "/"), in.PolicyDocument)
	api.Set(&p.Description, in.Description)
	if err := p.tags.Add("iam", in.Tags); err != nil {
		return nil, err
	}
	s.policies[arn] = p
	return s.getPolicy(p, in)
}

// uses counts the roles to which a policy is attached, and those whose boundary it is.
func (s *Service) uses(arn string) (attached, bounding int) {
	for _, o := range s.roles {
		if slices.Contains(o.attached, arn) {
			attached++
		}
		if o.boundary() == arn {
			bounding++
		}
	}
	return attached, bounding
}

func (s *Service) getPolicy(p *managedPolicy, _ *iamInput) (any, error) {
	shown := *p
	shown.AttachmentCount, shown.PermissionsBoundaryUsageCount = s.uses(p.Arn)
	shown.Tags = p.tags.List()
	return api.Obj{"Policy": shown}, nil
}

func (s *Service) deletePolicy(p *managedPolicy, _ *iamInput) (any, error) {
	switch attached, bounding := s.uses(p.Arn); {
	case attached+bounding > 0:
		return nil, api.Refuse("DeleteConflict", "Cannot delete a policy attached to entities.")
	case len(p.versions) > 1:
		return nil, api.Refuse("DeleteConflict", "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.")
	}
	delete(s.policies, p.Arn)
	return nil, nil
}

func (s *Service) createPolicyVersion(p *managedPolicy, in *iamInput) (any, error) {
	if err := checkManaged(in.PolicyDocument); err != nil {
		return nil, err
	}
	if len(p.versions) >= maxVersions {
		return nil, api.Refuse("LimitExceeded", "A managed policy can have up to %d versions. Before you create a new version, you must delete an existing version.", maxVersions)
	}
	added := p.add(in.PolicyDocument)
	if in.SetAsDefault {
		p.version(p.DefaultVersionID).IsDefaultVersion = false
		added.IsDefaultVersion, p.DefaultVersionID = true, added.VersionID
	}
	return api.Obj{"PolicyVersion": added.listed()}, nil
}

func (s *Service) getPolicyVersion(p *managedPolicy, in *iamInput) (any, error) {
	v := p.version(in.VersionID)
	if v == nil {
		return nil, noSuchEntity("Policy %s version %s does not exist or is not attachable.", p.Arn, in.VersionID)
	}
	shown := *v
	shown.Document = escapeDocument(v.Document)
	return api.Obj{"PolicyVersion": shown}, nil
}

func (s *Service) listPolicyVersions(p *managedPolicy, in *iamInput) (any, error) {
	var all []policyVersion
	for _, v := range slices.Backward(p.versions) {
		all = append(all, v.listed())
	}
	return pagedIAM("Versions", all, in)
}

func (s *Service) deletePolicyVersion(p *managedPolicy, in *iamInput) (any, error) {
	if in.VersionID == p.DefaultVersionID {
		return nil, api.Refuse("DeleteConflict", "Cannot delete the default version of a policy.")
	}
	if _, err := s.getPolicyVersion(p, in); err != nil {
		return nil, err
	}
	p.versions = slices.DeleteFunc(p.versions, func(v policyVersion) bool { return v.VersionID == in.VersionID })
	return nil, nil
}
