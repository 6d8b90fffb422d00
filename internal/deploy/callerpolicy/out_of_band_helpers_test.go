package callerpolicy_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	events "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	functions "github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/spothandler/spothandler/internal/deploy/resource"
)

// change is a change made with another tool that install undoes.
type change struct {
	name   string
	change func(ctx context.Context, c clients, n resource.Names) error
}

// outOfBand returns a change for each call that install makes only to undo it, and the deletion of each
// resource.
func outOfBand() []change {
	return append(edits(), deletions()...)
}

func edits() []change {
	return []change{
		{"trust widened", func(ctx context.Context, c clients, n resource.Names) error {
			_, err := c.iam.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: &n.Role, PolicyDocument: ptr(trusting("ec2.amazonaws.com"))})
			return err
		}},
		{"role policy deleted", func(ctx context.Context, c clients, n resource.Names) error {
			_, err := c.iam.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: &n.Role, PolicyName: ptr(resource.PolicyName)})
			return err
		}},
		{"boundary set", func(ctx context.Context, c clients, n resource.Names) error {
			_, err := c.iam.PutRolePermissionsBoundary(ctx, &iam.PutRolePermissionsBoundaryInput{RoleName: &n.Role, PermissionsBoundary: ptr(aBoundary)})
			return err
		}},
		{"logs encrypted", func(ctx context.Context, c clients, n resource.Names) error {
			_, err := c.logs.AssociateKmsKey(ctx, &cloudwatchlogs.AssociateKmsKeyInput{LogGroupName: &n.LogGroup, KmsKeyId: ptr(aKey)})
			return err
		}},
		{"another role for the function", func(ctx context.Context, c clients, n resource.Names) error {
			_, _ = c.iam.CreateRole(ctx, &iam.CreateRoleInput{RoleName: ptr("other"), AssumeRolePolicyDocument: ptr(trusting("lambda.amazonaws.com"))})
			_, err := c.lambda.UpdateFunctionConfiguration(ctx, &lambda.UpdateFunctionConfigurationInput{FunctionName: &n.Function, Role: ptr(n.ARN("iam", "", "role/other"))})
			return err
		}},
		{"other code", func(ctx context.Context, c clients, n resource.Names) error {
			code, err := zipped()
			if err == nil {
				_, err = c.lambda.UpdateFunctionCode(ctx, &lambda.UpdateFunctionCodeInput{FunctionName: &n.Function, ZipFile: code, Architectures: []functions.Architecture{"arm64"}})
			}
			return err
		}},
		{"asynchronous configuration", func(ctx context.Context, c clients, n resource.Names) error {
			_, err := c.lambda.PutFunctionEventInvokeConfig(ctx, &lambda.PutFunctionEventInvokeConfigInput{FunctionName: &n.Function, MaximumRetryAttempts: aws.Int32(0)})
			return err
		}},
		{"permission for another service", func(ctx context.Context, c clients, n resource.Names) error {
			_, remove := c.lambda.RemovePermission(ctx, &lambda.RemovePermissionInput{FunctionName: &n.Function, StatementId: ptr(resource.StatementID)})
			_, add := c.lambda.AddPermission(ctx, &lambda.AddPermissionInput{
				FunctionName: &n.Function, StatementId: ptr(resource.StatementID), Action: ptr("lambda:InvokeFunction"), Principal: ptr("s3.amazonaws.com"),
			})
			return errors.Join(remove, add)
		}},
		{"rule disabled", func(ctx context.Context, c clients, n resource.Names) error {
			_, err := c.events.DisableRule(ctx, &eventbridge.DisableRuleInput{Name: &n.Rule})
			return err
		}},
		{"target without retries", func(ctx context.Context, c clients, n resource.Names) error {
			return putTarget(ctx, c, n, resource.TargetID, n.FunctionARN())
		}},
		{"the function as a second target", func(ctx context.Context, c clients, n resource.Names) error {
			return putTarget(ctx, c, n, "twin", n.FunctionARN())
		}},
	}
}

// deletions delete each resource, after whatever AWS requires to be deleted before it.
func deletions() []change {
	target := change{"target deleted", func(ctx context.Context, c clients, n resource.Names) error {
		_, err := c.events.RemoveTargets(ctx, &eventbridge.RemoveTargetsInput{Rule: &n.Rule, Ids: []string{resource.TargetID}})
		return err
	}}
	return []change{
		target,
		{"rule deleted", func(ctx context.Context, c clients, n resource.Names) error {
			removed := target.change(ctx, c, n)
			_, err := c.events.DeleteRule(ctx, &eventbridge.DeleteRuleInput{Name: &n.Rule})
			return errors.Join(removed, err)
		}},
		{"permission deleted", func(ctx context.Context, c clients, n resource.Names) error {
			_, err := c.lambda.RemovePermission(ctx, &lambda.RemovePermissionInput{FunctionName: &n.Function, StatementId: ptr(resource.StatementID)})
			return err
		}},
		{"function deleted", func(ctx context.Context, c clients, n resource.Names) error {
			_, err := c.lambda.DeleteFunction(ctx, &lambda.DeleteFunctionInput{FunctionName: &n.Function})
			return err
		}},
		{"log group deleted", func(ctx context.Context, c clients, n resource.Names) error {
			_, err := c.logs.DeleteLogGroup(ctx, &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: &n.LogGroup})
			return err
		}},
		{"role deleted", func(ctx context.Context, c clients, n resource.Names) error {
			_, policy := c.iam.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: &n.Role, PolicyName: ptr(resource.PolicyName)})
			_, role := c.iam.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: &n.Role})
			return errors.Join(policy, role)
		}},
	}
}

func putTarget(ctx context.Context, c clients, n resource.Names, id, arn string) error {
	_, err := c.events.PutTargets(ctx, &eventbridge.PutTargetsInput{Rule: &n.Rule, Targets: []events.Target{{Id: &id, Arn: &arn}}})
	return err
}

// trusting returns the trust policy that allows a service to assume a role.
func trusting(service string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"` + service + `"},"Action":"sts:AssumeRole"}]}`
}

// zipped returns a function's code that is not ours.
func zipped() ([]byte, error) {
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	file, err := archive.Create("bootstrap")
	if err == nil {
		_, err = file.Write([]byte("theirs"))
	}
	err = errors.Join(err, archive.Close())
	return out.Bytes(), err
}
