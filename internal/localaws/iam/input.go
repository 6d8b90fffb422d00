package iam

import (
	"cmp"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

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

// profileARN returns the ARN of an instance profile.
func profileARN(r *api.Region, in *iamInput) string {
	return r.GlobalARN("iam", "instance-profile"+cmp.Or(in.Path, "/")+in.InstanceProfileName)
}

func policyARN(r *api.Region, in *iamInput) string {
	return r.GlobalARN("iam", "policy"+cmp.Or(in.Path, "/")+in.PolicyName)
}
