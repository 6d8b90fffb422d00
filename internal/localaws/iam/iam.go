// Package iam is IAM and STS of the local AWS: roles, policies, instance profiles, sessions, and the evaluation of
// a role's policies for the server and for other services.
package iam

import (
	"cmp"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
	"github.com/spothandler/spothandler/internal/localaws/policy"
)

// Service holds the account's roles and policies. It belongs to no Region.
type Service struct {
	server   *api.Server
	roles    map[string]*role // by name in lower case: names that differ only in case conflict
	profiles map[string]*instanceProfile
	policies map[string]*managedPolicy // the account's own, by ARN
	mfaCodes map[string]bool           // used codes: each is valid once
}

// New returns IAM with the policies among the ARNs of what exists, which allow everything.
func New(server *api.Server, existing []string) *Service {
	s := &Service{
		server: server, roles: map[string]*role{}, profiles: map[string]*instanceProfile{}, policies: map[string]*managedPolicy{}, mfaCodes: map[string]bool{},
	}
	for _, arn := range existing {
		if strings.Contains(arn, ":policy/") {
			document, _ := awsManaged("AdministratorAccess")
			s.policies[arn] = newPolicy(arn, "/", document)
		}
	}
	return s
}

// role is a role as returned by GetRole, with internal state.
type role struct {
	Path, RoleName           string
	RoleID                   string `json:"RoleId"`
	Arn                      string
	CreateDate               time.Time
	AssumeRolePolicyDocument string
	Description              string `json:",omitempty"`
	MaxSessionDuration       int
	PermissionsBoundary      api.Obj   `json:",omitempty"`
	Tags                     []api.Tag `json:",omitempty"`

	tags       api.Tags
	seenFrom   time.Time // before it, IAM does not find the role, and for as long after it returns its ID instead of its ARN
	usableFrom time.Time
	inline     map[string]string
	attached   []string // ARNs
}

// iamInput has the members of all calls.
type iamInput struct {
	RoleName                 string  `check:"len=1:64 re=[\\w+=,.@-]+"`
	Path                     string  `check:"len=1:512 re=(\\x2F)|(\\x2F[\\x21-\\x7E]+\\x2F)"`
	PathPrefix               string  `check:"len=1:512"`
	AssumeRolePolicyDocument string  `check:"len=1:131072"`
	PolicyDocument           string  `check:"len=1:131072"`
	PolicyName               string  `check:"len=1:128 re=[\\w+=,.@-]+"`
	PolicyArn                string  `check:"len=20:2048"`
	InstanceProfileName      string  `check:"len=1:128 re=[\\w+=,.@-]+"`
	PermissionsBoundary      string  `check:"len=20:2048"`
	Description              *string `check:"len=0:1000 re=[\\x09\\x0A\\x0D\\x20-\\x7E\\xA1-\\xFF]*"`
	MaxSessionDuration       int     `json:",string" check:"min=3600 max=43200"`
	VersionID                string  `json:"VersionId" check:"re=v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?"`
	SetAsDefault             bool    `json:",string"`
	Marker                   string
	MaxItems                 *int `json:",string" check:"min=1 max=1000"`
	api.Tagging
}

// ARN returns the ARN of the instance profile, the policy or the role; only the role itself knows its path.
func (in *iamInput) ARN(r *api.Region) string {
	switch {
	case in.InstanceProfileName != "":
		return profileARN(r, in)
	case in.RoleName == "" && in.PolicyName != "":
		return policyARN(r, in)
	case in.RoleName == "":
		return in.PolicyArn
	}
	if arn := r.Server.RoleARN(in.RoleName); arn != "" {
		return arn
	}
	return r.GlobalARN("iam", "role"+cmp.Or(in.Path, "/")+in.RoleName)
}

// on makes an action on the role that the input names.
func (s *Service) on(method func(o *role, in *iamInput) (any, error), required ...string) api.Action {
	return api.On(s.find, method, append(required, "RoleName")...)
}

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

// find returns the role with exactly this name.
func (s *Service) find(in *iamInput) (*role, error) {
	found := s.roles[strings.ToLower(in.RoleName)]
	if found == nil || found.RoleName != in.RoleName || time.Now().Before(found.seenFrom) {
		return nil, noSuchEntity("The role with name %s cannot be found.", in.RoleName)
	}
	return found, nil
}

func noSuchEntity(format string, args ...any) *api.Error {
	return api.Refuse("NoSuchEntity", format, args...)
}

// listed returns the role as in lists: without tags and boundary.
func (o *role) listed() role {
	shown := *o
	shown.AssumeRolePolicyDocument = escapeDocument(o.AssumeRolePolicyDocument)
	shown.PermissionsBoundary = nil
	return shown
}

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

// boundary returns the ARN of the role's boundary, or "" if it has none.
func (o *role) boundary() string {
	arn, _ := o.PermissionsBoundary["PermissionsBoundaryArn"].(string)
	return arn
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

// pagedIAM returns a page in IAM's form, which says whether more follow.
func pagedIAM[T any](name string, items []T, in *iamInput) (any, error) {
	answer, err := api.Paged("iam", name, items, "Marker", in.Marker, in.MaxItems, 100)
	if err != nil {
		return nil, err
	}
	answer["IsTruncated"] = answer["Marker"] != nil
	return answer, nil
}

// ofARN returns the role with an ARN, or nil if there is none.
func (s *Service) ofARN(arn string) *role {
	if o := s.roles[strings.ToLower(api.AfterLast(arn, "/"))]; o != nil && o.Arn == arn {
		return o
	}
	return nil
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
