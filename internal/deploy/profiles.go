package deploy

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/spothandler/spothandler/internal/apperr"
)

// readProfiles finds the instance profiles that the role is in: somebody's addition, with which IAM would
// refuse to delete the role (IAM API, DeleteRole). Nothing else needs to know of them.
func readProfiles(api RoleAPI, role *Role) reading {
	return reading{"listing the instance profiles of role " + role.Name, func(ctx context.Context) error {
		pages := iam.NewListInstanceProfilesForRolePaginator(api, &iam.ListInstanceProfilesForRoleInput{RoleName: &role.Name})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return apperr.IgnoreNotFound(err)
			}
			for _, profile := range page.InstanceProfiles {
				role.Profiles = append(role.Profiles, value(profile.InstanceProfileName))
			}
		}
		return nil
	}}
}

// leaveProfile takes the role out of an instance profile, which stays.
func (r *run) leaveProfile(ctx context.Context, role, profile string) error {
	_, err := r.IAM.RemoveRoleFromInstanceProfile(ctx, &iam.RemoveRoleFromInstanceProfileInput{
		RoleName: &role, InstanceProfileName: aws.String(profile),
	})
	return apperr.IgnoreNotFound(err)
}
