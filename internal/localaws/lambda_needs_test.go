package localaws

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"
)

// Lambda checks the role's permissions before it accepts a VPC or a destination.
func TestWhatAFunctionNeedsOfItsRole(t *testing.T) {
	const queue = "arn:aws:sqs:us-east-1:123456789012:failed"
	_, c := start(t, Options{Account: "123456789012", Region: "us-east-1", Delays: &Delays{}, Existing: []string{queue}})
	if _, err := c.iam.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: aws.String("runs"), AssumeRolePolicyDocument: aws.String(trust)}); err != nil {
		t.Fatal(err)
	}
	if _, err := createFunction(func(*lambda.CreateFunctionInput) {})(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	network := func(subnets, groups []string) error {
		_, err := c.lambda.UpdateFunctionConfiguration(t.Context(), &lambda.UpdateFunctionConfigurationInput{
			FunctionName: aws.String("worker"), VpcConfig: &types.VpcConfig{SubnetIds: subnets, SecurityGroupIds: groups},
		})
		return err
	}
	failures := func(arn string) error {
		_, err := c.lambda.PutFunctionEventInvokeConfig(t.Context(), &lambda.PutFunctionEventInvokeConfigInput{
			FunctionName: aws.String("worker"), DestinationConfig: &types.DestinationConfig{OnFailure: &types.OnFailure{Destination: aws.String(arn)}},
		})
		return err
	}
	allow := func(action, resource string) {
		t.Helper()
		document := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"` + action + `","Resource":"` + resource + `"}]}`
		if _, err := c.iam.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: aws.String("runs"), PolicyName: aws.String("p"), PolicyDocument: &document}); err != nil {
			t.Fatal(err)
		}
	}
	check := func(what string, err error, want string) {
		t.Helper()
		var api smithy.APIError
		got := ""
		if errors.As(err, &api) {
			got = api.ErrorMessage()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	some := []string{"a"}
	check("half a VPC", network(some, nil), "SubnetIds and SecurityIds must coexist or be both empty list.")
	check("a VPC", network(some, some), "The provided execution role does not have permissions to call CreateNetworkInterface on EC2")
	check("a queue", failures(queue), "The function's execution role does not have permissions to call SendMessage on "+queue)
	check("no such queue", failures(queue+"2"), "The destination ARN "+queue+"2 is invalid.")
	check("no such topic", failures("arn:aws:sns:us-east-1:123456789012:t"), "The destination ARN arn:aws:sns:us-east-1:123456789012:t is invalid.")
	check("itself", failures("arn:aws:lambda:us-east-1:123456789012:function:worker"), "You can't specify the function as a destination for itself.")
	check("a rule", failures("arn:aws:ec2:us-east-1:123456789012:instance/i"),
		"The provided destination config is invalid: arn:aws:ec2:us-east-1:123456789012:instance/i")
	allow("ec2:CreateNetworkInterface", "*")
	check("a VPC with one right", network(some, some), "The provided execution role does not have permissions to call DescribeNetworkInterfaces on EC2")
	allow("ec2:*", "*")
	check("a VPC with its rights", network(some, some), "")
	allow("sqs:SendMessage", queue)
	check("a queue with its right", failures(queue), "")
	check("no VPC", network([]string{}, []string{}), "")
}
