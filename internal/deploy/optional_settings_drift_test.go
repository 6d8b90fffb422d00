package deploy

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	functions "github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
)

// optionalChanges returns out-of-band changes of settings that were not requested.
func optionalChanges() []outOfBand {
	type input = lambda.UpdateFunctionConfigurationInput
	async := func(change func(*functions.DestinationConfig)) func(*testing.T, *account, resource.Names) error {
		return func(t *testing.T, a *account, n resource.Names) error {
			defer a.allow(t, n, "sqs:SendMessage")()
			destinations := &functions.DestinationConfig{}
			change(destinations)
			_, err := a.clients.Lambda.PutFunctionEventInvokeConfig(t.Context(), &lambda.PutFunctionEventInvokeConfigInput{
				FunctionName: &n.Function, MaximumEventAgeInSeconds: aws.Int32(120), MaximumRetryAttempts: aws.Int32(1), DestinationConfig: destinations,
			})
			return err
		}
	}
	return []outOfBand{
		configuration("tracing", "tracing", func(in *input) { in.TracingConfig = &functions.TracingConfig{Mode: functions.TracingModeActive} }),
		configuration("function's key", "kms_key", func(in *input) { in.KMSKeyArn = aws.String(aKey) }),
		{"vpc", func(t *testing.T, a *account, n resource.Names) error {
			defer a.allow(t, n, "ec2:*")()
			_, err := a.clients.Lambda.UpdateFunctionConfiguration(t.Context(), &input{
				FunctionName: &n.Function, VpcConfig: &functions.VpcConfig{SubnetIds: []string{aSubnet}, SecurityGroupIds: []string{aGroup}},
			})
			return err
		}, resource.KindFunction, []string{"vpc_subnets", "vpc_security_groups"}},
		{"file system", func(t *testing.T, a *account, n resource.Names) error {
			defer a.allow(t, n, "ec2:*")()
			_, err := a.clients.Lambda.UpdateFunctionConfiguration(t.Context(), &input{
				FunctionName: &n.Function, VpcConfig: &functions.VpcConfig{SubnetIds: []string{aSubnet}, SecurityGroupIds: []string{aGroup}},
				FileSystemConfigs: []functions.FileSystemConfig{{
					Arn: aws.String("arn:aws:elasticfilesystem:us-east-1:111122223333:access-point/fsap-0123456789abcdef0"), LocalMountPath: aws.String("/mnt/x"),
				}},
			})
			return err
		}, resource.KindFunction, []string{"vpc_subnets", "vpc_security_groups", "file_systems"}},
		{"dead letters", func(t *testing.T, a *account, n resource.Names) error {
			defer a.allow(t, n, "sqs:SendMessage")()
			_, err := a.clients.Lambda.UpdateFunctionConfiguration(t.Context(), &input{FunctionName: &n.Function, DeadLetterConfig: &functions.DeadLetterConfig{TargetArn: aws.String(aQueue)}})
			return err
		}, resource.KindFunction, []string{"dead_letter_queue"}},
		configuration("layer", "layers", func(in *input) {
			in.Layers = []string{"arn:aws:lambda:us-east-1:580247275435:layer:LambdaInsightsExtension:14"}
		}),
		configuration("storage", "ephemeral_storage", func(in *input) { in.EphemeralStorage = &functions.EphemeralStorage{Size: aws.Int32(1024)} }),
		{"snapshot", func(t *testing.T, a *account, n resource.Names) error {
			_, err := a.clients.Lambda.UpdateFunctionConfiguration(t.Context(), &input{
				FunctionName: &n.Function, Runtime: functions.RuntimePython313, SnapStart: &functions.SnapStart{ApplyOn: functions.SnapStartApplyOnPublishedVersions},
			})
			return err
		}, resource.KindFunction, []string{"runtime", "snap_start"}},
		{"queue for failures", async(func(d *functions.DestinationConfig) {
			d.OnFailure = &functions.OnFailure{Destination: aws.String(aQueue)}
		}), resource.KindFunction, []string{"async.on_failure"}},
		{"queue for successes", async(func(d *functions.DestinationConfig) {
			d.OnSuccess = &functions.OnSuccess{Destination: aws.String(aQueue)}
		}), resource.KindFunction, []string{"async.on_success"}},
		{"boundary", func(t *testing.T, a *account, n resource.Names) error {
			_, err := a.clients.IAM.PutRolePermissionsBoundary(t.Context(), &iam.PutRolePermissionsBoundaryInput{RoleName: &n.Role, PermissionsBoundary: aws.String(aBoundary)})
			return err
		}, resource.KindRole, nil}, // it is kept: TestBoundaryIsKept
		{"group's key", func(t *testing.T, a *account, n resource.Names) error {
			_, err := a.clients.Logs.AssociateKmsKey(t.Context(), &cloudwatchlogs.AssociateKmsKeyInput{LogGroupName: &n.LogGroup, KmsKeyId: aws.String(aKey)})
			return err
		}, resource.KindLogGroup, []string{"kms_key"}},
	}
}

// allow gives the role another policy until the returned function removes it: Lambda checks the role's
// permissions when it receives a VPC or a destination, and not later.
func (a *account) allow(t *testing.T, n resource.Names, action string) func() {
	t.Helper()
	_, err := a.clients.IAM.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{
		RoleName: &n.Role, PolicyName: aws.String("theirs"),
		PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"` + action + `","Resource":"*"}]}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		_, err := a.clients.IAM.DeleteRolePolicy(t.Context(), &iam.DeleteRolePolicyInput{RoleName: &n.Role, PolicyName: aws.String("theirs")})
		if err != nil {
			t.Error(err)
		}
	}
}

// Settings that were set and then removed out of band are restored, too, each by one change.
func TestOptionalSettingsDrift(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(t *testing.T, a *account, n resource.Names) error
		want   string
	}{
		{"a subnet", func(t *testing.T, a *account, n resource.Names) error {
			_, err := a.clients.Lambda.UpdateFunctionConfiguration(t.Context(), &lambda.UpdateFunctionConfigurationInput{
				FunctionName: &n.Function, VpcConfig: &functions.VpcConfig{SubnetIds: []string{aSubnet}, SecurityGroupIds: []string{aGroup}},
			})
			return err
		}, "update function; vpc_subnets " + aSubnet + " -> " + otherSubnet + ", " + aSubnet},
		{"the key of the function", func(t *testing.T, a *account, n resource.Names) error {
			_, err := a.clients.Lambda.UpdateFunctionConfiguration(t.Context(), &lambda.UpdateFunctionConfigurationInput{FunctionName: &n.Function, KMSKeyArn: aws.String("")})
			return err
		}, "update function; kms_key  -> " + aKey},
		{"the key of the log group", func(t *testing.T, a *account, n resource.Names) error {
			_, err := a.clients.Logs.DisassociateKmsKey(t.Context(), &cloudwatchlogs.DisassociateKmsKeyInput{LogGroupName: &n.LogGroup})
			return err
		}, "update log group; kms_key  -> " + aKey},
		{"the boundary", func(t *testing.T, a *account, n resource.Names) error {
			_, err := a.clients.IAM.DeleteRolePermissionsBoundary(t.Context(), &iam.DeleteRolePermissionsBoundaryInput{RoleName: &n.Role})
			return err
		}, "update role; permissions_boundary  -> " + aBoundary},
		{"the destination", func(t *testing.T, a *account, n resource.Names) error {
			_, err := a.clients.Lambda.PutFunctionEventInvokeConfig(t.Context(), &lambda.PutFunctionEventInvokeConfigInput{
				FunctionName: &n.Function, MaximumEventAgeInSeconds: aws.Int32(120), MaximumRetryAttempts: aws.Int32(1),
			})
			return err
		}, "update function; async.on_failure  -> " + aQueue},
	} {
		t.Run(test.name, func(t *testing.T) {
			inAccount(t, func(t *testing.T, a *account) {
				a.install(t, "prod", optionalSettings())
				if err := test.change(t, a, a.find(t, "prod", nil).Names); err != nil {
					t.Fatal(err)
				}
				_, changes := a.plan(t, "prod", nil)
				deploytest.SameLines(t, deploytest.Printed(changes), test.want)
				a.install(t, "prod", nil)
			})
		})
	}
}
