// Package iam is IAM and STS of the local AWS: roles, policies, instance profiles, sessions, and the evaluation of
// a role's policies for the server and for other services.
package iam

import (
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
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

// pagedIAM returns a page in IAM's form, which says whether more follow.
func pagedIAM[T any](name string, items []T, in *iamInput) (any, error) {
	response, err := api.Paged("iam", name, items, "Marker", in.Marker, in.MaxItems, 100)
	if err != nil {
		return nil, err
	}
	response["IsTruncated"] = response["Marker"] != nil
	return response, nil
}

// ofARN returns the role with an ARN, or nil if there is none.
func (s *Service) ofARN(arn string) *role {
	if o := s.roles[strings.ToLower(api.AfterLast(arn, "/"))]; o != nil && o.Arn == arn {
		return o
	}
	return nil
}

// instanceProfile passes a role to EC2 instances; a role in one cannot be deleted.
type instanceProfile struct {
	Path, InstanceProfileName, Arn string
	InstanceProfileID              string `json:"InstanceProfileId"`
	CreateDate                     time.Time
	Roles                          []role
}

// boundary returns the ARN of the role's boundary, or "" if it has none.
func (o *role) boundary() string {
	arn, _ := o.PermissionsBoundary["PermissionsBoundaryArn"].(string)
	return arn
}

// listed returns the role as in lists: without tags and boundary.
func (o *role) listed() role {
	shown := *o
	shown.AssumeRolePolicyDocument = escapeDocument(o.AssumeRolePolicyDocument)
	shown.PermissionsBoundary = nil
	return shown
}
