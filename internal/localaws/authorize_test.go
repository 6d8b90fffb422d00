package localaws_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	events "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/spothandler/spothandler/internal/localaws"
)

// restricted returns a client configuration that is limited to the policy.
func restricted(t *testing.T, policy string) aws.Config {
	t.Helper()
	const key = "AKIARESTRICTED"
	server := localaws.New(localaws.Options{Delays: &localaws.Delays{}, Policies: map[string]string{key: policy}})
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	config := server.Config()
	config.Credentials = credentials.NewStaticCredentialsProvider(key, "secret", "")
	return config
}

// A call that no statement allows, or that one denies, is rejected in its service's wording.
func TestDeniedInAWSsWords(t *testing.T) {
	const user = "User: arn:aws:iam::111122223333:user/local is not authorized to perform: "
	for name, test := range map[string]struct {
		policy string
		call   func(context.Context, aws.Config) error
		want   string
	}{
		"a role that is not there": {
			`{}`, getRole("x"),
			"AccessDenied: " + user + "iam:GetRole on resource: role x because no identity-based policy allows the iam:GetRole action",
		},
		"a new role": {
			`{}`, createRole("/p/", nil),
			"AccessDenied: " + user + "iam:CreateRole on resource: arn:aws:iam::111122223333:role/p/x because no identity-based policy allows the iam:CreateRole action",
		},
		"tags of a new role": {
			allow("iam:CreateRole", "*"), createRole("/", []iamtypes.Tag{{Key: aws.String("a"), Value: aws.String("b")}}),
			"AccessDenied: " + user + "iam:TagRole on resource: arn:aws:iam::111122223333:role/x because no identity-based policy allows the iam:TagRole action",
		},
		"passing a role": {
			allow("lambda:*", "*"), createFunction,
			"AccessDeniedException: " + user + "iam:PassRole on resource: arn:aws:iam::111122223333:role/x because no identity-based policy allows the iam:PassRole action",
		},
		"a log group": {
			allow("logs:CreateLogGroup", "arn:aws:logs:*:*:log-group:b:*"), createLogGroup,
			"AccessDeniedException: " + user + "logs:CreateLogGroup on resource: arn:aws:logs:us-east-1:111122223333:log-group:a:log-stream: because no identity-based policy allows the logs:CreateLogGroup action",
		},
		"another target": {
			condition("events:PutTargets", "ArnEquals", "events:TargetArn", "arn:aws:lambda:us-east-1:111122223333:function:mine"), putTarget,
			"AccessDeniedException: " + user + "events:PutTargets on resource: arn:aws:events:us-east-1:111122223333:rule/r because no identity-based policy allows the events:PutTargets action",
		},
		"another cluster": {
			condition("ecs:*", "ArnEquals", "ecs:cluster", "arn:aws:ecs:us-east-1:111122223333:cluster/shop"), describeServices,
			"AccessDeniedException: " + user + "ecs:DescribeServices on resource: arn:aws:ecs:us-east-1:111122223333:service/other/api because no identity-based policy allows the ecs:DescribeServices action",
		},
		"clusters, which have no resource": {
			allow("ecs:*", "arn:aws:ecs:us-east-1:111122223333:*"), listClusters,
			"AccessDeniedException: " + user + "ecs:ListClusters on resource: * because no identity-based policy allows the ecs:ListClusters action",
		},
		"an explicit deny": {
			`{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "NotAction": "sts:*", "Resource": "*"}]}`, getRole("x"),
			"AccessDenied: " + user + "iam:GetRole on resource: role x with an explicit deny in an identity-based policy",
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := test.call(t.Context(), restricted(t, test.policy))
			var refusal smithy.APIError
			if !errors.As(err, &refusal) {
				t.Fatalf("it gives %v", err)
			}
			if got := refusal.ErrorCode() + ": " + refusal.ErrorMessage(); got != test.want {
				t.Errorf("it gives\n\t%s\nwant\n\t%s", got, test.want)
			}
		})
	}
}

// Calls that policies allow succeed, by each of the policy elements.
func TestAllowed(t *testing.T) {
	for name, test := range map[string]struct {
		policy string
		call   func(context.Context, aws.Config) error
	}{
		"everybody may ask who they are":  {`{"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}`, getCallerIdentity},
		"actions in another spelling":     {allow("IAM:createrole", "*"), createRole("/", nil)},
		"wildcards":                       {allow("logs:Create*Group", "arn:aws:logs:us-?ast-1:*:log-group:a:*"), createLogGroup},
		"everything but":                  {`{"Statement": {"Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::x"}}`, createLogGroup},
		"a condition on a role's path":    {condition("iam:*", "StringNotEquals", "iam:PermissionsBoundary", "x"), createRole("/p/", nil)},
		"a condition if there is the key": {condition("iam:*", "StringLikeIfExists", "iam:PermissionsBoundary", "x*"), createRole("/p/", nil)},
		"a condition on the cluster":      {condition("ecs:*", "ArnLike", "ecs:Cluster", "arn:aws:ecs:*:*:cluster/oth*"), missingCluster},
	} {
		t.Run(name, func(t *testing.T) {
			if err := test.call(t.Context(), restricted(t, test.policy)); err != nil {
				t.Error(err)
			}
		})
	}
}

// A policy with unsupported elements denies everything, because ignoring them could allow too much.
func TestUnknownConditionDenies(t *testing.T) {
	err := createLogGroup(t.Context(), restricted(t, condition("*", "DateLessThan", "aws:CurrentTime", "2030-01-01")))
	var refusal smithy.APIError
	if !errors.As(err, &refusal) || refusal.ErrorCode() != "MalformedPolicyDocument" {
		t.Errorf("it gives %v", err)
	}
}

func allow(action, resource string) string {
	return `{"Statement": {"Effect": "Allow", "Action": "` + action + `", "Resource": "` + resource + `"}}`
}

func condition(action, operator, key, value string) string {
	return `{"Statement": {"Effect": "Allow", "Action": "` + action + `", "Resource": "*", "Condition": {"` + operator + `": {"` + key + `": "` + value + `"}}}}`
}

func getRole(name string) func(context.Context, aws.Config) error {
	return func(ctx context.Context, config aws.Config) error {
		_, err := iam.NewFromConfig(config).GetRole(ctx, &iam.GetRoleInput{RoleName: &name})
		return err
	}
}

func createRole(path string, tags []iamtypes.Tag) func(context.Context, aws.Config) error {
	return func(ctx context.Context, config aws.Config) error {
		_, err := iam.NewFromConfig(config).CreateRole(ctx, &iam.CreateRoleInput{
			RoleName: aws.String("x"), Path: &path, Tags: tags,
			AssumeRolePolicyDocument: aws.String(`{"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}}`),
		})
		return err
	}
}

func createFunction(ctx context.Context, config aws.Config) error {
	_, err := lambda.NewFromConfig(config).CreateFunction(ctx, &lambda.CreateFunctionInput{
		FunctionName: aws.String("f"), Role: aws.String("arn:aws:iam::111122223333:role/x"), Code: &lambdatypes.FunctionCode{ZipFile: []byte("zip")},
	})
	return err
}

func createLogGroup(ctx context.Context, config aws.Config) error {
	_, err := cloudwatchlogs.NewFromConfig(config).CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("a")})
	return err
}

func putTarget(ctx context.Context, config aws.Config) error {
	_, err := eventbridge.NewFromConfig(config).PutTargets(ctx, &eventbridge.PutTargetsInput{Rule: aws.String("r"), Targets: []events.Target{
		{Id: aws.String("1"), Arn: aws.String("arn:aws:lambda:us-east-1:111122223333:function:mine")},
		{Id: aws.String("2"), Arn: aws.String("arn:aws:lambda:us-east-1:111122223333:function:theirs")},
	}})
	return err
}

func describeServices(ctx context.Context, config aws.Config) error {
	_, err := ecs.NewFromConfig(config).DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: aws.String("other"), Services: []string{"api"}})
	return err
}

func listClusters(ctx context.Context, config aws.Config) error {
	_, err := ecs.NewFromConfig(config).ListClusters(ctx, &ecs.ListClustersInput{})
	return err
}

// missingCluster expects a missing cluster once IAM allows the call.
func missingCluster(ctx context.Context, config aws.Config) error {
	err := describeServices(ctx, config)
	var refusal smithy.APIError
	if errors.As(err, &refusal) && refusal.ErrorCode() == "ClusterNotFoundException" {
		return nil
	}
	return err
}

func getCallerIdentity(ctx context.Context, config aws.Config) error {
	_, err := sts.NewFromConfig(config).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	return err
}
