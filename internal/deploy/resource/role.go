package resource

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// Role is the execution role with its inline policy.
type Role struct {
	Name        string
	Path        string
	Description string // the record of the settings
	Trust       string // JSON
	Policy      string // JSON of the inline policy; "" if absent
	Boundary    string // ARN of the permissions boundary; "" if none
	Tags        map[string]string

	// Found, never wanted.
	UniqueID string // RoleId, AROA...
	Created  time.Time
	Inline   []string // names of inline policies that are not ours
	Attached []string // ARNs of attached policies
	Profiles []string // instance profiles that contain the role; read only for a removal
}

// ID returns the role as a plan and a status name it.
func (r *Role) ID() ID { return ID{KindRole, r.Name} }

func (r *Role) partOf() ID         { return ID{} }
func (r *Role) waves() (_, _ wave) { return waveRole, waveDeleteRole }
func (r *Role) detail() string     { return "" }

func (r *Role) fields() []pair {
	fields := recordFields(r.Description)
	fields = append(fields, trustFields(r.Trust)...)
	fields = append(fields, documentFields("policy", r.Policy)...)
	fields = append(fields, pair{"permissions_boundary", r.Boundary})
	return append(fields, tagFields(r.Tags)...)
}

func (r *Role) part(path string) string { return within(path, "trust_policy", "policy") }

// recordFields names each recorded setting, so that a difference is shown by setting.
func recordFields(description string) []pair {
	if settings.ParseRecord(description) == nil {
		return []pair{{"record", description}}
	}
	return slices.DeleteFunc(documentFields("record", description), func(field pair) bool {
		// Bookkeeping for a later run: the tags and the written parts themselves are compared.
		return field.path == "record.untagged" || field.path == "record.written"
	})
}

func (r *Role) vital(field Field) bool {
	return field.Path == "" || field.Path != TrustsOthers && below(field.Path, "policy", "trust_policy")
}

// unowned never offers a takeover: the function would have all permissions that others gave the role.
func (r *Role) unowned(prefix string) *Unowned {
	return unownedByTags(r, r.Tags, prefix, "")
}

func (r *Role) tagCommand(_ Names, tags []string) string {
	return fmt.Sprintf("aws iam tag-role --role-name %s --tags %s", r.Name, keysAndValues(tags))
}

func (r *Role) additions() []Foreign {
	var all []Foreign
	for _, policy := range r.Inline {
		all = append(all, Foreign{r.ID(), "inline policy " + policy, []string{"iam", "delete-role-policy", "--role-name", r.Name, "--policy-name", policy}})
	}
	for _, arn := range r.Attached {
		all = append(all, Foreign{r.ID(), "attached policy " + arn, []string{"iam", "detach-role-policy", "--role-name", r.Name, "--policy-arn", arn}})
	}
	for _, profile := range r.Profiles {
		all = append(all, Foreign{
			r.ID(), "instance profile " + profile,
			[]string{"iam", "remove-role-from-instance-profile", "--instance-profile-name", profile, "--role-name", r.Name},
		})
	}
	return all
}

// FindRole returns the role with this name without its policies, or nil if there is none.
func FindRole(ctx context.Context, clients Clients, id session.Identity, name string) (*Role, error) {
	role, err := getRole(ctx, clients.IAM, name)
	return role, explain("reading role "+name, id, err)
}

// getRole returns the role itself, without its policies, or nil if there is none.
func getRole(ctx context.Context, api RoleAPI, name string) (*Role, error) {
	response, err := api.GetRole(ctx, &iam.GetRoleInput{RoleName: &name})
	if apperr.IsNotFound(err) {
		return nil, nil //nolint:nilnil // nil means absent, as in State
	}
	if err != nil {
		return nil, err
	}
	role := response.Role
	trust, err := unescape(role.AssumeRolePolicyDocument)
	if err != nil {
		return nil, err
	}
	found := &Role{
		Name:        name, // as requested: names in IAM are case-insensitive
		Path:        value(role.Path),
		Description: value(role.Description),
		Trust:       trust,
		Tags:        fromIAMTags(role.Tags),
		UniqueID:    value(role.RoleId),
		Created:     value(role.CreateDate),
	}
	if boundary := role.PermissionsBoundary; boundary != nil {
		found.Boundary = value(boundary.PermissionsBoundaryArn)
	}
	return found, nil
}

// unescape decodes a document as IAM returns it: URL-encoded according to RFC 3986, where + is a plus.
func unescape(document *string) (string, error) {
	text, err := url.PathUnescape(value(document))
	if err != nil {
		return "", fmt.Errorf("decoding a policy document: %w", err)
	}
	return text, nil
}

// roleObserver reads the role, unless it was already read, and what belongs to it.
type roleObserver struct {
	role     *Role
	known    bool // it was already read; role is nil if there is none
	policy   string
	inline   []string
	attached []string
	profiles []string
}

func (o *roleObserver) readings(clients Clients, names Names, why Purpose) []reading {
	name, api := names.Role, clients.IAM
	var readings []reading
	switch {
	case !o.known:
		readings = append(readings, reading{"reading role " + name, func(ctx context.Context) (err error) {
			o.role, err = getRole(ctx, api, name)
			return err
		}})
	case o.role == nil:
		return nil
	}
	if why == ToFind {
		return readings
	}
	readings = append(
		readings,
		reading{"listing the inline policies of role " + name, o.readInlinePolicies(api, name)},
		reading{"listing the attached policies of role " + name, o.readAttachedPolicies(api, name)},
	)
	if why == ToRemove {
		return append(readings, reading{"listing the instance profiles of role " + name, o.readProfiles(api, name)})
	}
	return append(readings, reading{"reading the inline policy of role " + name, o.readOwnPolicy(api, name)})
}

// found returns the role with everything that belongs to it, or nil.
func (o *roleObserver) found() *Role {
	if o.role != nil {
		o.role.Policy, o.role.Inline, o.role.Attached, o.role.Profiles = o.policy, o.inline, o.attached, o.profiles
	}
	return o.role
}

func (o *roleObserver) readOwnPolicy(api RoleAPI, role string) func(context.Context) error {
	return func(ctx context.Context) error {
		response, err := api.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: &role, PolicyName: aws.String(PolicyName)})
		if err != nil {
			return apperr.IgnoreNotFound(err)
		}
		o.policy, err = unescape(response.PolicyDocument)
		return err
	}
}

func (o *roleObserver) readInlinePolicies(api RoleAPI, role string) func(context.Context) error {
	return func(ctx context.Context) error {
		pages := iam.NewListRolePoliciesPaginator(api, &iam.ListRolePoliciesInput{RoleName: &role})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return apperr.IgnoreNotFound(err)
			}
			o.inline = append(o.inline, without(page.PolicyNames, PolicyName)...)
		}
		return nil
	}
}

func (o *roleObserver) readAttachedPolicies(api RoleAPI, role string) func(context.Context) error {
	return func(ctx context.Context) error {
		pages := iam.NewListAttachedRolePoliciesPaginator(api, &iam.ListAttachedRolePoliciesInput{RoleName: &role})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return apperr.IgnoreNotFound(err)
			}
			for _, policy := range page.AttachedPolicies {
				o.attached = append(o.attached, value(policy.PolicyArn))
			}
		}
		return nil
	}
}

// readProfiles finds the instance profiles that contain the role. Others added them, and IAM would refuse to
// delete the role (IAM API, DeleteRole). Only a removal needs them.
func (o *roleObserver) readProfiles(api RoleAPI, role string) func(context.Context) error {
	return func(ctx context.Context) error {
		pages := iam.NewListInstanceProfilesForRolePaginator(api, &iam.ListInstanceProfilesForRoleInput{RoleName: &role})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return apperr.IgnoreNotFound(err)
			}
			for _, profile := range page.InstanceProfiles {
				o.profiles = append(o.profiles, value(profile.InstanceProfileName))
			}
		}
		return nil
	}
}

func fromIAMTags(list []types.Tag) map[string]string {
	tags := make(map[string]string, len(list))
	for _, tag := range list {
		tags[value(tag.Key)] = value(tag.Value)
	}
	return tags
}
