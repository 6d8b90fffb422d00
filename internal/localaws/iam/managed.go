package iam

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
	"github.com/spothandler/spothandler/internal/localaws/policy"
)

// managedPolicy is a policy that can be attached to roles, or be their boundary.
type managedPolicy struct {
	PolicyName, Arn, Path         string
	PolicyID                      string `json:"PolicyId"`
	DefaultVersionID              string `json:"DefaultVersionId"`
	AttachmentCount               int
	PermissionsBoundaryUsageCount int
	IsAttachable                  bool
	Description                   string `json:",omitempty"`
	CreateDate, UpdateDate        time.Time
	Tags                          []api.Tag

	tags     api.Tags
	versions []policyVersion // newest last
	made     int             // number of versions ever created
}

type policyVersion struct {
	VersionID        string `json:"VersionId"`
	IsDefaultVersion bool
	CreateDate       time.Time
	Document         string `json:",omitempty"`
}

// IAM's quotas for one policy.
const (
	maxVersions  = 5
	managedLimit = 6144
)

// awsManaged returns the AWS managed policies that are known here, below arn:<partition>:iam::aws:policy/.
func awsManaged(name string) (document string, known bool) {
	document, known = map[string]string{
		"AdministratorAccess": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`,
		"PowerUserAccess":     `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"}]}`,
		"service-role/AWSLambdaBasicExecutionRole": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
			"Action":["logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]}`,
	}[name]
	return document, known
}

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

func policyARN(r *api.Region, in *iamInput) string {
	return r.GlobalARN("iam", "policy"+cmp.Or(in.Path, "/")+in.PolicyName)
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

func newPolicy(arn, path, document string) *managedPolicy {
	p := &managedPolicy{PolicyName: api.AfterLast(arn, "/"), Arn: arn, Path: path, PolicyID: api.UniqueID("ANPA"), IsAttachable: true}
	p.CreateDate = p.add(document).CreateDate
	return p
}

// checkManaged validates a managed policy, whose size is measured without white space.
func checkManaged(document string) error {
	if len(strings.Join(strings.Fields(document), "")) > managedLimit {
		return api.Refuse("LimitExceeded", "Cannot exceed quota for PolicySize: %d", managedLimit)
	}
	return api.Malformed(policy.CheckPermissions(document))
}

// version returns a version by its ID, or nil if there is none.
func (p *managedPolicy) version(id string) *policyVersion {
	i := slices.IndexFunc(p.versions, func(v policyVersion) bool { return v.VersionID == id })
	if i < 0 {
		return nil
	}
	return &p.versions[i]
}

// add creates a version; the first one is the default.
func (p *managedPolicy) add(document string) *policyVersion {
	p.made++
	now := time.Now().UTC().Truncate(time.Second)
	p.versions = append(p.versions, policyVersion{VersionID: "v" + strconv.Itoa(p.made), CreateDate: now, Document: document, IsDefaultVersion: p.made == 1})
	p.UpdateDate, p.DefaultVersionID = now, cmp.Or(p.DefaultVersionID, "v1")
	return &p.versions[len(p.versions)-1]
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

// listed returns the version as in lists: without its document.
func (v policyVersion) listed() policyVersion {
	v.Document = ""
	return v
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
