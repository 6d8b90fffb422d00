package localaws

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// iamService keeps the account's roles, the only part of IAM here. It belongs to no region.
type iamService struct {
	server *Server
	roles  map[string]*role // by their names in lower case: names that differ only in case cannot both be
}

type role struct {
	name, path, id      string
	description, trust  string
	boundary            string
	maxSession          int
	created, usableFrom time.Time
	tags                tags
	inline              map[string]string
	attached            []string // ARNs
}

func newIAM(s *Server) *iamService { return &iamService{server: s, roles: map[string]*role{}} }

func (s *iamService) actions() map[string]action {
	return map[string]action{
		"CreateRole":                    op(s.createRole),
		"GetRole":                       op(s.getRole),
		"UpdateRole":                    op(s.updateRole),
		"UpdateAssumeRolePolicy":        op(s.updateAssumeRolePolicy),
		"DeleteRole":                    op(s.deleteRole),
		"ListRoles":                     op(s.listRoles),
		"PutRolePolicy":                 op(s.putRolePolicy),
		"GetRolePolicy":                 op(s.getRolePolicy),
		"DeleteRolePolicy":              op(s.deleteRolePolicy),
		"ListRolePolicies":              op(s.listRolePolicies),
		"AttachRolePolicy":              op(s.attachRolePolicy),
		"DetachRolePolicy":              op(s.detachRolePolicy),
		"ListAttachedRolePolicies":      op(s.listAttachedRolePolicies),
		"PutRolePermissionsBoundary":    op(s.putBoundary),
		"DeleteRolePermissionsBoundary": op(s.deleteBoundary),
		"ListInstanceProfilesForRole":   op(s.listInstanceProfiles),
		"ListRoleTags":                  op(s.listRoleTags),
		"TagRole":                       op(s.tagRole),
		"UntagRole":                     op(s.untagRole),
	}
}

// roleRef is the part of an input that names a role.
type roleRef struct {
	RoleName string `check:"required len=1:64 re=[\\w+=,.@-]+"`
}

func (in roleRef) arn(r *region) string {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	path := "/"
	if found := r.server.iam.roles[strings.ToLower(in.RoleName)]; found != nil {
		path = found.path
	}
	return r.globalARN("iam", "role"+path+in.RoleName)
}

// find gives the role of exactly this name.
func (s *iamService) find(name string) (*role, error) {
	found := s.roles[strings.ToLower(name)]
	if found == nil || found.name != name {
		return nil, noSuchEntity("The role with name %s cannot be found.", name)
	}
	return found, nil
}

func noSuchEntity(format string, args ...any) *Error {
	return refuseWith(http.StatusNotFound, "NoSuchEntity", format, args...)
}

type roleXML struct {
	Path        string
	RoleName    string
	RoleID      string `xml:"RoleId"`
	Arn         string
	CreateDate  time.Time
	Trust       string       `xml:"AssumeRolePolicyDocument"`
	Description string       `xml:",omitempty"`
	MaxSession  int          `xml:"MaxSessionDuration"`
	Boundary    *boundaryXML `xml:"PermissionsBoundary"`
	Tags        *tagsXML
}

type boundaryXML struct {
	Type string `xml:"PermissionsBoundaryType"`
	Arn  string `xml:"PermissionsBoundaryArn"`
}

type tagsXML struct {
	Member []tag `xml:"member"`
}

type roleAnswer struct {
	Role roleXML
}

// xml is the role as lists show it: without tags and boundary.
func (o *role) xml(r *region) roleXML {
	return roleXML{
		Path: o.path, RoleName: o.name, RoleID: o.id, Arn: o.arn(r),
		CreateDate: o.created.UTC().Truncate(time.Second), Trust: escapeDocument(o.trust),
		Description: o.description, MaxSession: o.maxSession,
	}
}

func (o *role) arn(r *region) string { return r.globalARN("iam", "role"+o.path+o.name) }

// full is the role as GetRole shows it.
func (o *role) full(r *region) roleAnswer {
	x := o.xml(r)
	if o.boundary != "" {
		x.Boundary = &boundaryXML{Type: "Policy", Arn: o.boundary}
	}
	if len(o.tags) > 0 {
		x.Tags = &tagsXML{Member: o.tags.list()}
	}
	return roleAnswer{Role: x}
}

type createRoleInput struct {
	roleRef
	Path                     string `check:"len=1:512 re=(\\x2F)|(\\x2F[\\x21-\\x7E]+\\x2F)"`
	AssumeRolePolicyDocument string `check:"required len=1:131072"`
	Description              string `check:"len=0:1000 re=[\\x09\\x0A\\x0D\\x20-\\x7E\\xA1-\\xFF]*"`
	MaxSessionDuration       int    `json:",string" check:"min=3600 max=43200"`
	PermissionsBoundary      string
	Tags                     []tag
}

func (in createRoleInput) arn(r *region) string {
	return r.globalARN("iam", "role"+orDefault(in.Path, "/")+in.RoleName)
}

func (s *iamService) createRole(c *call, in createRoleInput) (roleAnswer, error) {
	if s.roles[strings.ToLower(in.RoleName)] != nil {
		return roleAnswer{}, refuseWith(http.StatusConflict, "EntityAlreadyExists", "Role with name %s already exists.", in.RoleName)
	}
	if err := checkTrust(in.AssumeRolePolicyDocument); err != nil {
		return roleAnswer{}, err
	}
	given, err := addRoleTags(nil, in.Tags)
	if err != nil {
		return roleAnswer{}, err
	}
	o := &role{
		name: in.RoleName, path: orDefault(in.Path, "/"), id: uniqueID("AROA"), description: in.Description,
		trust: in.AssumeRolePolicyDocument, boundary: in.PermissionsBoundary, maxSession: orDefault(in.MaxSessionDuration, 3600),
		created: time.Now(), usableFrom: time.Now().Add(s.server.delays.RoleUsable), tags: given, inline: map[string]string{},
	}
	s.roles[strings.ToLower(o.name)] = o
	return o.full(c.region), nil
}

func (s *iamService) getRole(c *call, in roleRef) (roleAnswer, error) {
	o, err := s.find(in.RoleName)
	if err != nil {
		return roleAnswer{}, err
	}
	return o.full(c.region), nil
}

type updateRoleInput struct {
	roleRef
	Description        *string `check:"len=0:1000 re=[\\x09\\x0A\\x0D\\x20-\\x7E\\xA1-\\xFF]*"`
	MaxSessionDuration int     `json:",string" check:"min=3600 max=43200"`
}

func (s *iamService) updateRole(_ *call, in updateRoleInput) (*struct{}, error) {
	o, err := s.find(in.RoleName)
	if err != nil {
		return nil, err
	}
	if in.Description != nil {
		o.description = *in.Description
	}
	o.maxSession = orDefault(in.MaxSessionDuration, o.maxSession)
	return &struct{}{}, nil
}

type trustInput struct {
	roleRef
	PolicyDocument string `check:"required len=1:131072"`
}

func (s *iamService) updateAssumeRolePolicy(_ *call, in trustInput) (any, error) {
	o, err := s.find(in.RoleName)
	if err != nil {
		return nil, err
	}
	if err := checkTrust(in.PolicyDocument); err != nil {
		return nil, err
	}
	if in.PolicyDocument != o.trust {
		o.usableFrom = time.Now().Add(s.server.delays.RoleUsable)
	}
	o.trust = in.PolicyDocument
	return nil, nil
}

func (s *iamService) deleteRole(_ *call, in roleRef) (any, error) {
	o, err := s.find(in.RoleName)
	if err != nil {
		return nil, err
	}
	if len(o.attached) > 0 {
		return nil, refuseWith(http.StatusConflict, "DeleteConflict", "Cannot delete entity, must detach all policies first.")
	}
	if len(o.inline) > 0 {
		return nil, refuseWith(http.StatusConflict, "DeleteConflict", "Cannot delete entity, must delete policies first.")
	}
	delete(s.roles, strings.ToLower(o.name))
	return nil, nil
}

type listRolesInput struct {
	PathPrefix string `check:"len=1:512"`
	Marker     string
	MaxItems   *int `json:",string" check:"min=1 max=1000"`
}

type rolesAnswer struct {
	Roles       []roleXML `xml:"Roles>member"`
	IsTruncated bool
	Marker      string `xml:",omitempty"`
}

func (s *iamService) listRoles(c *call, in listRolesInput) (rolesAnswer, error) {
	var all []roleXML
	for _, o := range s.roles {
		if strings.HasPrefix(o.path, orDefault(in.PathPrefix, "/")) {
			all = append(all, o.xml(c.region))
		}
	}
	slices.SortFunc(all, func(a, b roleXML) int { return strings.Compare(a.RoleName, b.RoleName) })
	shown, next := page(all, in.Marker, limit(in.MaxItems, 100))
	return rolesAnswer{Roles: shown, IsTruncated: next != "", Marker: next}, nil
}

// assumable tells whether Lambda can work as the role of this ARN by now.
func (s *iamService) assumable(r *region, arn string) bool {
	for _, o := range s.roles {
		if o.arn(r) == arn {
			return !time.Now().Before(o.usableFrom) && trusts(o.trust, "lambda.amazonaws.com")
		}
	}
	return false
}
