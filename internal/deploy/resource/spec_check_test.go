package resource

import (
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/apperr/apperrtest"
	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// Settings that are valid individually but not together, or not in this partition or Region.
func TestOptionalSettingsCombinations(t *testing.T) {
	const own = "arn:aws:lambda:us-east-1:111122223333:function:ecs-fargate-spot-handler"
	for _, test := range []struct {
		settings      settings.Given
		message, hint string
	}{
		{
			given("vpc-subnet", aSubnet),
			"--vpc-subnet is set and --vpc-security-group is not: a function in a VPC needs both", "--vpc-security-group ID   the missing one",
		},
		{
			given("vpc-security-group", aGroup),
			"--vpc-security-group is set and --vpc-subnet is not: a function in a VPC needs both", "--vpc-subnet ID   the missing one",
		},
		{
			given("vpc-security-group", aGroup, "vpc-subnet", "none"),
			"--vpc-security-group is set and --vpc-subnet is not: a function in a VPC needs both", "--vpc-subnet ID   the missing one",
		},
		{
			given("permissions-boundary", "arn:aws:iam::444455556666:policy/boundary"),
			"--permissions-boundary arn:aws:iam::444455556666:policy/boundary is not in account 111122223333", "use a policy in the role's account, or an AWS managed policy",
		},
		{
			given("permissions-boundary", "arn:aws-cn:iam::aws:policy/PowerUserAccess"),
			"--permissions-boundary arn:aws-cn:iam::aws:policy/PowerUserAccess: Region us-east-1 is in partition aws, not aws-cn", "use a Region in partition aws-cn, or a value in partition aws",
		},
		{
			given("kms-key", strings.Replace(aKey, "us-east-1", "eu-west-1", 1)),
			"--kms-key " + strings.Replace(aKey, "us-east-1", "eu-west-1", 1) + " is not in Region us-east-1", "use a key in the function's Region",
		},
		{
			given("kms-key", strings.Replace(aKey, "arn:aws:", "arn:aws-cn:", 1)),
			"--kms-key " + strings.Replace(aKey, "arn:aws:", "arn:aws-cn:", 1) + ": Region us-east-1 is in partition aws, not aws-cn", "use a Region in partition aws-cn, or a value in partition aws",
		},
		{
			given("on-failure", "arn:aws-cn:sqs:us-east-1:111122223333:q"),
			"--on-failure arn:aws-cn:sqs:us-east-1:111122223333:q: Region us-east-1 is in partition aws, not aws-cn", "use a Region in partition aws-cn, or a value in partition aws",
		},
		{given("on-failure", own), "--on-failure is the function itself: its failures would be sent back to it", "--on-failure ARN   of another destination"},
		{given("on-failure", own+":$LATEST"), "--on-failure is the function itself: its failures would be sent back to it", "--on-failure ARN"},
	} {
		spec := settings.Defaults("")
		if err := test.settings.Apply(&spec); err != nil {
			t.Fatal(err)
		}
		_, err := Desired(NewNames(deploytest.Identity(), "", spec.FunctionName, spec.RuleName), spec, Release{Version: "1.0.0"})
		apperrtest.Refused(t, err, test.message, test.hint)
	}
}

// AWS's managed policies belong to no account.
func TestBoundaryIsAWSManaged(t *testing.T) {
	const policy = "arn:aws:iam::aws:policy/PowerUserAccess"
	if got := desiredFor(t, given("permissions-boundary", policy)).Role.Boundary; got != policy {
		t.Errorf("the boundary is %q", got)
	}
}
