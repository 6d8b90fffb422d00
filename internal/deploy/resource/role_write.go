package resource

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/spothandler/spothandler/internal/apperr"
)

func (r *Role) create(ctx context.Context, run *runner, _ diff) error {
	err := run.retry(ctx, waitForConflict(), func() error {
		_, err := run.IAM.CreateRole(ctx, &iam.CreateRoleInput{
			RoleName:                 &r.Name,
			Path:                     &r.Path,
			Description:              &r.Description,
			AssumeRolePolicyDocument: &r.Trust,
			PermissionsBoundary:      stringOrNil(r.Boundary),
			Tags:                     toIAMTags(r.Tags),
		})
		return err
	})
	if apperr.IsAlreadyThere(err) {
		err = r.takeCreated(ctx, run, err)
	}
	if err != nil {
		return err
	}
	return run.retry(ctx, waitForIAM().of(r.ID()), func() error { return r.putPolicy(ctx, run) })
}

// takeCreated continues with an existing role that is ours: an earlier attempt succeeded but its response was
// lost, or another install is running. IAM may not return it yet.
func (r *Role) takeCreated(ctx context.Context, run *runner, cause error) error {
	searched := false
	return run.retry(ctx, waitForIAM(), func() error {
		have, err := getRole(ctx, run.IAM, r.Name)
		switch {
		case err != nil:
			return err
		case have == nil && searched:
			return fmt.Errorf("%w: %w", errSettling, cause)
		case have == nil:
			searched = true
			return cmp.Or(r.findOtherCase(ctx, run), fmt.Errorf("%w: %w", errSettling, cause))
		case !HasOwnTags(have.Tags, run.names.Prefix):
			return cause
		}
		return r.checkCreated(have)
	})
}

// checkCreated returns an error for a role that has our name and tags but is not the one that was to be
// created: other principals that may assume it would get what our policy allows.
func (r *Role) checkCreated(have *Role) error {
	switch differs := changed(compare(documentFields("trust_policy", r.Trust), documentFields("trust_policy", have.Trust), nil)); {
	case have.Path != r.Path:
		return appeared(r.ID(), fmt.Sprintf("Its path is %s, not %s.", have.Path, r.Path))
	case len(differs) > 0:
		return appeared(r.ID(), "Its trust policy is "+have.Trust)
	case have.Boundary != r.Boundary:
		return appeared(r.ID(), fmt.Sprintf("Its permissions boundary is %q, not %q.", have.Boundary, r.Boundary))
	case have.Description != r.Description: // the record of other settings, which this run did not know
		return createdMeanwhile(r.ID())
	}
	return nil
}

// findOtherCase finds a role whose name differs only in case, whatever its path: it prevents the creation but is not
// found by our name. Without one, or without permission to list roles, our role may just not be visible yet.
func (r *Role) findOtherCase(ctx context.Context, run *runner) error {
	pages := iam.NewListRolesPaginator(run.IAM, &iam.ListRolesInput{MaxItems: aws.Int32(1000)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if apperr.IsAccessDenied(err) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, role := range page.Roles {
			if other := value(role.RoleName); other != r.Name && strings.EqualFold(other, r.Name) {
				return SamePrefix(run.names.Prefix, PrefixOf(other, run.names.Region))
			}
		}
	}
	return nil
}

func (r *Role) putPolicy(ctx context.Context, run *runner) error {
	_, err := run.IAM.PutRolePolicy(ctx, &iam.PutRolePolicyInput{
		RoleName: &r.Name, PolicyName: aws.String(PolicyName), PolicyDocument: &r.Policy,
	})
	return err
}

func (r *Role) setBoundary(ctx context.Context, run *runner) (err error) {
	if r.Boundary == "" {
		_, err = run.IAM.DeleteRolePermissionsBoundary(ctx, &iam.DeleteRolePermissionsBoundaryInput{RoleName: &r.Name})
		return apperr.IgnoreNotFound(err)
	}
	_, err = run.IAM.PutRolePermissionsBoundary(ctx, &iam.PutRolePermissionsBoundaryInput{RoleName: &r.Name, PermissionsBoundary: &r.Boundary})
	return err
}

// update begins with a boundary, without which the caller may be denied everything else, and then writes the
// record and the tags that it names, since what was written later can be inferred from them. New tags are
// identified only by the record, so they are set on the role before it is written: a run that ends between
// the two loses nothing.
func (r *Role) update(ctx context.Context, run *runner, d diff) error {
	remove, add, bound := d.fields.untagged(r.Tags), d.fields.tagged(r.Tags), d.fields.has("permissions_boundary")
	early := len(add) > 0 && fits(tagsOf(d.have.fields()), remove, add)
	tag := func() error {
		_, err := run.IAM.TagRole(ctx, &iam.TagRoleInput{RoleName: &r.Name, Tags: toIAMTags(add)})
		return err
	}
	return run.retrySteps(
		ctx, waitForIAM().of(r.ID()),
		step{bound && r.Boundary != "", func() error { return r.setBoundary(ctx, run) }},
		step{early, tag},
		step{d.fields.has("record"), func() error {
			_, err := run.IAM.UpdateRole(ctx, &iam.UpdateRoleInput{RoleName: &r.Name, Description: &r.Description})
			return err
		}},
		step{len(remove) > 0, func() error {
			_, err := run.IAM.UntagRole(ctx, &iam.UntagRoleInput{RoleName: &r.Name, TagKeys: remove})
			return err
		}},
		step{len(add) > 0 && !early, tag},
		step{d.fields.has("trust_policy"), func() error {
			_, err := run.IAM.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: &r.Name, PolicyDocument: &r.Trust})
			return err
		}},
		step{bound && r.Boundary == "", func() error { return r.setBoundary(ctx, run) }},
		step{d.fields.has("policy"), func() error { return r.putPolicy(ctx, run) }},
	)
}

// fits reports whether the new tags fit on a role together with those that are removed later: AWS allows 50,
// and IAM treats keys that differ only in case as the same (IAM User Guide, tags).
func fits(have map[string]string, remove []string, add map[string]string) bool {
	all := maps.Clone(nonNilMap(have))
	maps.Copy(all, add)
	return len(all) <= maxTagsOfAWS && !slices.ContainsFunc(remove, func(key string) bool {
		return slices.ContainsFunc(sortedKeys(add), func(other string) bool { return strings.EqualFold(key, other) })
	})
}

// delete removes everything from the role first, as IAM requires (IAM API, DeleteRole). Policies and instance
// profiles that are not ours are included only with --force.
func (r *Role) delete(ctx context.Context, run *runner) error {
	var steps []step
	for _, profile := range r.Profiles {
		steps = append(steps, step{true, func() error { // the profile itself is kept
			_, err := run.IAM.RemoveRoleFromInstanceProfile(ctx, &iam.RemoveRoleFromInstanceProfileInput{
				RoleName: &r.Name, InstanceProfileName: aws.String(profile),
			})
			return apperr.IgnoreNotFound(err)
		}})
	}
	for _, arn := range r.Attached {
		steps = append(steps, step{true, func() error {
			_, err := run.IAM.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: &r.Name, PolicyArn: aws.String(arn)})
			return apperr.IgnoreNotFound(err)
		}})
	}
	for _, policy := range append(slices.Clone(r.Inline), PolicyName) {
		steps = append(steps, step{true, func() error {
			_, err := run.IAM.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: &r.Name, PolicyName: aws.String(policy)})
			return apperr.IgnoreNotFound(err)
		}})
	}
	steps = append(steps, step{true, func() error {
		_, err := run.IAM.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: &r.Name})
		return apperr.IgnoreNotFound(err)
	}})
	return run.retrySteps(ctx, waitForDelete(), steps...)
}

func toIAMTags(tags map[string]string) []types.Tag {
	list := make([]types.Tag, 0, len(tags))
	for _, key := range sortedKeys(tags) {
		list = append(list, types.Tag{Key: aws.String(key), Value: aws.String(tags[key])})
	}
	return list
}
