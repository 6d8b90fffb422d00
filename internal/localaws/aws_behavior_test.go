package localaws

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logs "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// A new role is not found at first, and then returned with its unique ID instead of its ARN.
func TestNewResourcesAreVisibleLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, c := start(t, Options{Account: "123456789012", Delays: &Delays{RoleSeen: 4 * time.Second, FunctionSeen: time.Second}})
		name := aws.String("runs")
		made, err := c.iam.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: name, AssumeRolePolicyDocument: aws.String(trust)})
		if err != nil {
			t.Fatal(err)
		}
		arn := func() string {
			out, err := c.iam.GetRole(t.Context(), &iam.GetRoleInput{RoleName: name})
			if err != nil {
				return codeOf(err)
			}
			return aws.ToString(out.Role.Arn)
		}
		policy := func() string {
			_, err := c.iam.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: name, PolicyName: aws.String("own"), PolicyDocument: aws.String(rolePolicy)})
			return codeOf(err)
		}
		for _, want := range [][2]string{
			{"NoSuchEntity", "NoSuchEntity"},
			{aws.ToString(made.Role.RoleId), ""},
			{"arn:aws:iam::123456789012:role/runs", ""},
		} {
			if got := [2]string{arn(), policy()}; got != want {
				t.Errorf("%q, want %q", got, want)
			}
			time.Sleep(4 * time.Second)
		}
		if _, err := createFunction(func(*lambda.CreateFunctionInput) {})(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		if got := state(t, c); got != "ResourceNotFoundException" {
			t.Error("at once the function is", got)
		}
		time.Sleep(time.Second)
		if got := state(t, c); got != "Active Successful" {
			t.Error("a second later the function is", got)
		}
	})
}

// An account-level retention policy overrides the log group's, and the class DELIVERY has a fixed one.
func TestRetentionOverride(t *testing.T) {
	_, c := start(t, Options{LogRetention: &LogRetention{Policy: "org", Days: 90}})
	for name, class := range map[string]logs.LogGroupClass{"a": logs.LogGroupClassStandard, "b": logs.LogGroupClassDelivery} {
		_, err := c.logs.CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &name, LogGroupClass: class})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.logs.PutRetentionPolicy(t.Context(), &cloudwatchlogs.PutRetentionPolicyInput{LogGroupName: &name, RetentionInDays: aws.Int32(14)}); err != nil {
			t.Error(err)
		}
	}
	out, err := c.logs.DescribeLogGroups(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"STANDARD 90 org", "DELIVERY 2"} {
		g := out.LogGroups[i]
		if got := text(g.LogGroupClass, aws.ToInt32(g.RetentionInDays), aws.ToString(g.RetentionPolicyName)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// No caller can change a rule that an AWS service manages.
func TestManagedRuleIsReadOnly(t *testing.T) {
	s, c := start(t, Options{})
	put := func() error {
		_, err := c.events.PutRule(t.Context(), &eventbridge.PutRuleInput{Name: aws.String("theirs"), EventPattern: aws.String(`{"source":["aws.ecs"]}`)})
		return err
	}
	if err := put(); err != nil {
		t.Fatal(err)
	}
	s.ManageRule("theirs", "autoscaling.amazonaws.com")
	out, err := c.events.DescribeRule(t.Context(), &eventbridge.DescribeRuleInput{Name: aws.String("theirs")})
	if err != nil || aws.ToString(out.ManagedBy) != "autoscaling.amazonaws.com" {
		t.Errorf("%v %v", out, err)
	}
	_, deleted := c.events.DeleteRule(t.Context(), &eventbridge.DeleteRuleInput{Name: aws.String("theirs")})
	for _, err := range []error{put(), deleted} {
		if codeOf(err) != "ManagedRuleException" {
			t.Error(err)
		}
	}
}
