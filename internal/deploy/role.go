package deploy

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// RoleAPI is what an installation needs of IAM.
type RoleAPI interface {
	CreateRole(context.Context, *iam.CreateRoleInput, ...func(*iam.Options)) (*iam.CreateRoleOutput, error)
	GetRole(context.Context, *iam.GetRoleInput, ...func(*iam.Options)) (*iam.GetRoleOutput, error)
	UpdateRole(context.Context, *iam.UpdateRoleInput, ...func(*iam.Options)) (*iam.UpdateRoleOutput, error)
	UpdateAssumeRolePolicy(context.Context, *iam.UpdateAssumeRolePolicyInput, ...func(*iam.Options)) (*iam.UpdateAssumeRolePolicyOutput, error)
	DeleteRole(context.Context, *iam.DeleteRoleInput, ...func(*iam.Options)) (*iam.DeleteRoleOutput, error)
	ListRoles(context.Context, *iam.ListRolesInput, ...func(*iam.Options)) (*iam.ListRolesOutput, error)
	TagRole(context.Context, *iam.TagRoleInput, ...func(*iam.Options)) (*iam.TagRoleOutput, error)
	UntagRole(context.Context, *iam.UntagRoleInput, ...func(*iam.Options)) (*iam.UntagRoleOutput, error)
	PutRolePolicy(context.Context, *iam.PutRolePolicyInput, ...func(*iam.Options)) (*iam.PutRolePolicyOutput, error)
	GetRolePolicy(context.Context, *iam.GetRolePolicyInput, ...func(*iam.Options)) (*iam.GetRolePolicyOutput, error)
	DeleteRolePolicy(context.Context, *iam.DeleteRolePolicyInput, ...func(*iam.Options)) (*iam.DeleteRolePolicyOutput, error)
	ListRolePolicies(context.Context, *iam.ListRolePoliciesInput, ...func(*iam.Options)) (*iam.ListRolePoliciesOutput, error)
	ListAttachedRolePolicies(context.Context, *iam.ListAttachedRolePoliciesInput, ...func(*iam.Options)) (*iam.ListAttachedRolePoliciesOutput, error)
	PutRolePermissionsBoundary(context.Context, *iam.PutRolePermissionsBoundaryInput, ...func(*iam.Options)) (*iam.PutRolePermissionsBoundaryOutput, error)
	DeleteRolePermissionsBoundary(context.Context, *iam.DeleteRolePermissionsBoundaryInput, ...func(*iam.Options)) (*iam.DeleteRolePermissionsBoundaryOutput, error)
	ListInstanceProfilesForRole(context.Context, *iam.ListInstanceProfilesForRoleInput, ...func(*iam.Options)) (*iam.ListInstanceProfilesForRoleOutput, error)
	RemoveRoleFromInstanceProfile(context.Context, *iam.RemoveRoleFromInstanceProfileInput, ...func(*iam.Options)) (*iam.RemoveRoleFromInstanceProfileOutput, error)
	DetachRolePolicy(context.Context, *iam.DetachRolePolicyInput, ...func(*iam.Options)) (*iam.DetachRolePolicyOutput, error)
}

var _ RoleAPI = (*iam.Client)(nil)

// getRole gives the role itself, without its policies; nil where there is none.
func getRole(ctx context.Context, api RoleAPI, name string) (*Role, error) {
	answer, err := api.GetRole(ctx, &iam.GetRoleInput{RoleName: &name})
	if apperr.IsNotFound(err) {
		return nil, nil //nolint:nilnil // absent is an answer, and nil is its form in State
	}
	if err != nil {
		return nil, err
	}
	role := answer.Role
	trust, err := unescape(role.AssumeRolePolicyDocument)
	if err != nil {
		return nil, err
	}
	found := &Role{
		Name:        value(role.RoleName),
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

// readOwnPolicy adds our policy to a role that was found.
func readOwnPolicy(api RoleAPI, role *Role) reading {
	return reading{"reading the inline policy of role " + role.Name, func(ctx context.Context) (err error) {
		role.Policy, err = getRolePolicy(ctx, api, role.Name)
		return err
	}}
}

// readRoleAdditions adds to a role that was found the policies that are not ours.
func readRoleAdditions(api RoleAPI, role *Role) []reading {
	return []reading{
		{"listing the inline policies of role " + role.Name, func(ctx context.Context) error {
			pages := iam.NewListRolePoliciesPaginator(api, &iam.ListRolePoliciesInput{RoleName: &role.Name})
			for pages.HasMorePages() {
				page, err := pages.NextPage(ctx)
				if err != nil {
					return apperr.IgnoreNotFound(err)
				}
				role.Inline = append(role.Inline, without(page.PolicyNames, PolicyName)...)
			}
			return nil
		}},
		{"listing the attached policies of role " + role.Name, func(ctx context.Context) error {
			pages := iam.NewListAttachedRolePoliciesPaginator(api, &iam.ListAttachedRolePoliciesInput{RoleName: &role.Name})
			for pages.HasMorePages() {
				page, err := pages.NextPage(ctx)
				if err != nil {
					return apperr.IgnoreNotFound(err)
				}
				for _, policy := range page.AttachedPolicies {
					role.Attached = append(role.Attached, value(policy.PolicyArn))
				}
			}
			return nil
		}},
	}
}

func getRolePolicy(ctx context.Context, api RoleAPI, role string) (string, error) {
	answer, err := api.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: &role, PolicyName: aws.String(PolicyName)})
	if apperr.IsNotFound(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return unescape(answer.PolicyDocument)
}

// unescape decodes a document as IAM returns it: URL-encoded after RFC 3986, where + is a plus.
func unescape(document *string) (string, error) {
	text, err := url.PathUnescape(value(document))
	if err != nil {
		return "", fmt.Errorf("decoding a policy document: %w", err)
	}
	return text, nil
}

func (r *Role) fields() []pair {
	fields := recordFields(r.Description)
	fields = append(fields, documentFields("trust_policy", r.Trust)...)
	fields = append(fields, documentFields("policy", r.Policy)...)
	fields = append(fields, pair{"permissions_boundary", r.Boundary})
	return append(fields, tagFields(r.Tags)...)
}

// recordFields names each recorded setting, so that a change reads as the setting that it changes.
func recordFields(description string) []pair {
	if settings.ParseRecord(description) == nil {
		return []pair{{"record", description}}
	}
	return slices.DeleteFunc(documentFields("record", description), func(field pair) bool {
		return field.path == "record.untagged" // a note to a later run; the tags themselves are compared
	})
}

func createRole(want *Role) func(context.Context, *run) error {
	return func(ctx context.Context, r *run) error {
		err := r.retry(ctx, waitForConflict(), func() error {
			_, err := r.IAM.CreateRole(ctx, &iam.CreateRoleInput{
				RoleName:                 &want.Name,
				Path:                     aws.String(Path),
				Description:              &want.Description,
				AssumeRolePolicyDocument: &want.Trust,
				PermissionsBoundary:      stringOrNil(want.Boundary),
				Tags:                     toIAMTags(want.Tags),
			})
			return err
		})
		if apperr.IsAlreadyThere(err) {
			err = r.takeCreatedRole(ctx, want, err)
		}
		if err != nil {
			return err
		}
		return r.retry(ctx, waitForIAM(), func() error { return r.putRolePolicy(ctx, want) })
	}
}

// takeCreatedRole goes on with a role that turns out to be there and ours: an earlier attempt of this
// call got through and its answer was lost, or another install is at work. IAM may not show it yet.
func (r *run) takeCreatedRole(ctx context.Context, want *Role, cause error) error {
	return r.retry(ctx, waitForIAM(), func() error {
		have, err := getRole(ctx, r.IAM, want.Name)
		switch {
		case err != nil:
			return err
		case have == nil:
			return cmp.Or(r.otherSpelling(ctx, want.Name), fmt.Errorf("%w: %w", errSettling, cause))
		case !ours(have.Tags, r.names.Prefix):
			return cause
		}
		return nil
	})
}

// otherSpelling looks for the role whose name differs only in case: it is in the way, and not found by
// ours. Without one, or without the right to look, the role itself may just not be seen yet.
func (r *run) otherSpelling(ctx context.Context, name string) error {
	pages := iam.NewListRolesPaginator(r.IAM, &iam.ListRolesInput{PathPrefix: aws.String(Path)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if apperr.IsAccessDenied(err) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, role := range page.Roles {
			if other := value(role.RoleName); other != name && strings.EqualFold(other, name) {
				return samePrefix(r.names.Prefix, prefixOf(other, r.names.Region))
			}
		}
	}
	return nil
}

func (r *run) putRolePolicy(ctx context.Context, want *Role) error {
	_, err := r.IAM.PutRolePolicy(ctx, &iam.PutRolePolicyInput{
		RoleName: &want.Name, PolicyName: aws.String(PolicyName), PolicyDocument: &want.Policy,
	})
	return err
}

func (r *run) setBoundary(ctx context.Context, want *Role) (err error) {
	if want.Boundary == "" {
		_, err = r.IAM.DeleteRolePermissionsBoundary(ctx, &iam.DeleteRolePermissionsBoundaryInput{RoleName: &want.Name})
		return apperr.IgnoreNotFound(err)
	}
	_, err = r.IAM.PutRolePermissionsBoundary(ctx, &iam.PutRolePermissionsBoundaryInput{RoleName: &want.Name, PermissionsBoundary: &want.Boundary})
	return err
}

// updateRole begins with the record and the tags that it speaks of: what comes later can be told from them. It knows
// tags by their marks alone, so new ones stand on the role before it does: a run that ends between the two loses nothing.
func updateRole(want, have *Role, fields changed) func(context.Context, *run) error {
	return func(ctx context.Context, r *run) error {
		remove, add := fields.untagged(want.Tags), fields.tagged(want.Tags)
		early := len(add) > 0 && fits(have.Tags, remove, add)
		tag := func() error {
			_, err := r.IAM.TagRole(ctx, &iam.TagRoleInput{RoleName: &want.Name, Tags: toIAMTags(add)})
			return err
		}
		return r.inTurn(
			ctx, waitForIAM(),
			step{early, tag},
			step{fields.has("record"), func() error {
				_, err := r.IAM.UpdateRole(ctx, &iam.UpdateRoleInput{RoleName: &want.Name, Description: &want.Description})
				return err
			}},
			step{len(remove) > 0, func() error {
				_, err := r.IAM.UntagRole(ctx, &iam.UntagRoleInput{RoleName: &want.Name, TagKeys: remove})
				return err
			}},
			step{len(add) > 0 && !early, tag},
			step{fields.has("trust_policy"), func() error {
				_, err := r.IAM.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: &want.Name, PolicyDocument: &want.Trust})
				return err
			}},
			step{fields.has("permissions_boundary"), func() error { return r.setBoundary(ctx, want) }},
			step{fields.has("policy"), func() error { return r.putRolePolicy(ctx, want) }},
		)
	}
}

// deleteRole removes everything from the role first, as IAM demands (IAM API, DeleteRole). Policies and
// instance profiles that are not ours are among it only under --force.
func deleteRole(have *Role) func(context.Context, *run) error {
	return func(ctx context.Context, r *run) error {
		var steps []step
		for _, profile := range have.Profiles {
			steps = append(steps, step{true, func() error { return r.leaveProfile(ctx, have.Name, profile) }})
		}
		for _, arn := range have.Attached {
			steps = append(steps, step{true, func() error {
				_, err := r.IAM.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: &have.Name, PolicyArn: aws.String(arn)})
				return apperr.IgnoreNotFound(err)
			}})
		}
		for _, policy := range append(slices.Clone(have.Inline), PolicyName) {
			steps = append(steps, step{true, func() error {
				_, err := r.IAM.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: &have.Name, PolicyName: aws.String(policy)})
				return apperr.IgnoreNotFound(err)
			}})
		}
		steps = append(steps, step{true, func() error {
			_, err := r.IAM.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: &have.Name})
			return apperr.IgnoreNotFound(err)
		}})
		return r.inTurn(ctx, waitForDelete(), steps...)
	}
}

// fits says whether the new tags have room on a role beside those that go: AWS allows 50, and IAM takes keys that differ
// only in case for one (IAM User Guide, tags).
func fits(have map[string]string, remove []string, add map[string]string) bool {
	all := maps.Clone(nonNilMap(have))
	maps.Copy(all, add)
	return len(all) <= maxTagsOfAWS && !slices.ContainsFunc(remove, func(key string) bool {
		return slices.ContainsFunc(sortedKeys(add), func(other string) bool { return equalFold(key, other) })
	})
}
