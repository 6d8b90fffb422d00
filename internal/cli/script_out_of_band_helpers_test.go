package cli_test

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	events "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	identity "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	functions "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/rogpeppe/go-internal/testscript"
)

// outOfBand changes a resource without spothandler.
func outOfBand(ts *testscript.TestScript, _ bool, args []string) {
	changes := outOfBandChanges()
	change, ok := changes[args[0]]
	if !ok {
		ts.Fatalf("no change %q, there are %s", args[0], slices.Sorted(maps.Keys(changes)))
	}
	ts.Check(change(context.Background(), envOf(ts), args[1:]))
}

type change = func(ctx context.Context, w *scriptEnv, args []string) error

// onlyError returns the error of a call, and ignores its result.
func onlyError[T any](_ T, err error) error { return err }

func outOfBandChanges() map[string]change {
	all := map[string]change{}
	for _, some := range []map[string]change{roleChanges(), logChanges(), functionChanges(), ruleChanges()} {
		maps.Copy(all, some)
	}
	return all
}

const anyTrust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

func roleChanges() map[string]change {
	return map[string]change{
		"create-role": func(ctx context.Context, w *scriptEnv, args []string) error { // NAME PATH
			return onlyError(w.direct.IAM.CreateRole(ctx, &iam.CreateRoleInput{
				RoleName: &args[0], Path: &args[1], AssumeRolePolicyDocument: aws.String(anyTrust),
			}))
		},
		"delete-role": deleteRole, // NAME
		"set-trust": func(ctx context.Context, w *scriptEnv, args []string) error { // ROLE
			return onlyError(w.direct.IAM.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: &args[0], PolicyDocument: aws.String(anyTrust)}))
		},
		"set-description": func(ctx context.Context, w *scriptEnv, args []string) error { // ROLE TEXT
			return onlyError(w.direct.IAM.UpdateRole(ctx, &iam.UpdateRoleInput{RoleName: &args[0], Description: &args[1]}))
		},
		"put-inline": func(ctx context.Context, w *scriptEnv, args []string) error { // ROLE POLICY
			return onlyError(w.direct.IAM.PutRolePolicy(ctx, &iam.PutRolePolicyInput{
				RoleName: &args[0], PolicyName: &args[1],
				PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`),
			}))
		},
		"delete-inline": func(ctx context.Context, w *scriptEnv, args []string) error { // ROLE POLICY
			return onlyError(w.direct.IAM.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: &args[0], PolicyName: &args[1]}))
		},
		"attach": func(ctx context.Context, w *scriptEnv, args []string) error { // ROLE POLICY
			policy := "arn:aws:iam::aws:policy/" + args[1]
			if _, err := w.direct.IAM.CreatePolicy(ctx, &iam.CreatePolicyInput{
				PolicyName: &args[1], PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`),
			}); err == nil { // moto has no AWS managed policies; localaws has only those
				policy = "arn:aws:iam::" + w.account + ":policy/" + args[1]
			}
			return onlyError(w.direct.IAM.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: &args[0], PolicyArn: &policy}))
		},
		"tag-role": func(ctx context.Context, w *scriptEnv, args []string) error { // ROLE KEY=VALUE
			key, value, _ := strings.Cut(args[1], "=")
			return onlyError(w.direct.IAM.TagRole(ctx, &iam.TagRoleInput{RoleName: &args[0], Tags: []identity.Tag{{Key: &key, Value: &value}}}))
		},
		"untag-role": func(ctx context.Context, w *scriptEnv, args []string) error { // ROLE KEY
			return onlyError(w.direct.IAM.UntagRole(ctx, &iam.UntagRoleInput{RoleName: &args[0], TagKeys: args[1:]}))
		},
	}
}

func deleteRole(ctx context.Context, w *scriptEnv, args []string) error {
	policies, err := w.direct.IAM.ListRolePolicies(ctx, &iam.ListRolePoliciesInput{RoleName: &args[0]})
	if err != nil {
		return err
	}
	for _, policy := range policies.PolicyNames {
		if _, err := w.direct.IAM.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: &args[0], PolicyName: &policy}); err != nil {
			return err
		}
	}
	return onlyError(w.direct.IAM.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: &args[0]}))
}

func logChanges() map[string]change {
	arn := func(w *scriptEnv, group string) *string {
		return aws.String("arn:aws:logs:" + region + ":" + w.account + ":log-group:" + group)
	}
	return map[string]change{
		"create-log-group": func(ctx context.Context, w *scriptEnv, args []string) error { // NAME
			return onlyError(w.direct.Logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &args[0]}))
		},
		"delete-log-group": func(ctx context.Context, w *scriptEnv, args []string) error { // NAME
			return onlyError(w.direct.Logs.DeleteLogGroup(ctx, &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: &args[0]}))
		},
		"set-retention": func(ctx context.Context, w *scriptEnv, args []string) error { // NAME DAYS
			days, err := strconv.Atoi(args[1])
			if err != nil {
				return err
			}
			return onlyError(w.direct.Logs.PutRetentionPolicy(ctx, &cloudwatchlogs.PutRetentionPolicyInput{LogGroupName: &args[0], RetentionInDays: aws.Int32(int32(days))})) //nolint:gosec // a script's
		},
		"tag-log-group": func(ctx context.Context, w *scriptEnv, args []string) error { // NAME KEY=VALUE
			key, value, _ := strings.Cut(args[1], "=")
			return onlyError(w.direct.Logs.TagResource(ctx, &cloudwatchlogs.TagResourceInput{ResourceArn: arn(w, args[0]), Tags: map[string]string{key: value}}))
		},
		"untag-log-group": func(ctx context.Context, w *scriptEnv, args []string) error { // NAME KEY
			return onlyError(w.direct.Logs.UntagResource(ctx, &cloudwatchlogs.UntagResourceInput{ResourceArn: arn(w, args[0]), TagKeys: args[1:]}))
		},
	}
}

func functionChanges() map[string]change {
	configure := func(set func(*lambda.UpdateFunctionConfigurationInput, string) error) change {
		return func(ctx context.Context, w *scriptEnv, args []string) error {
			input := &lambda.UpdateFunctionConfigurationInput{FunctionName: &args[0]}
			if err := set(input, args[1]); err != nil {
				return err
			}
			return onlyError(w.direct.Lambda.UpdateFunctionConfiguration(ctx, input))
		}
	}
	arn := func(w *scriptEnv, name string) *string {
		return aws.String("arn:aws:lambda:" + region + ":" + w.account + ":function:" + name)
	}
	return map[string]change{
		"create-function": createFunction, // NAME
		"delete-function": func(ctx context.Context, w *scriptEnv, args []string) error { // NAME
			return onlyError(w.direct.Lambda.DeleteFunction(ctx, &lambda.DeleteFunctionInput{FunctionName: &args[0]}))
		},
		"set-memory": configure(func(in *lambda.UpdateFunctionConfigurationInput, text string) error { // NAME MB
			n, err := strconv.ParseInt(text, 10, 32)
			in.MemorySize = aws.Int32(int32(n))
			return err
		}),
		"set-timeout": configure(func(in *lambda.UpdateFunctionConfigurationInput, text string) error { // NAME SECONDS
			n, err := strconv.ParseInt(text, 10, 32)
			in.Timeout = aws.Int32(int32(n))
			return err
		}),
		"set-environment": configure(func(in *lambda.UpdateFunctionConfigurationInput, text string) error { // NAME KEY=VALUE, replaces all variables
			key, value, _ := strings.Cut(text, "=")
			in.Environment = &functions.Environment{Variables: map[string]string{key: value}}
			return nil
		}),
		"set-code": func(ctx context.Context, w *scriptEnv, args []string) error { // NAME
			return onlyError(w.direct.Lambda.UpdateFunctionCode(ctx, &lambda.UpdateFunctionCodeInput{FunctionName: &args[0], ZipFile: codeOf(newer, "")}))
		},
		"set-concurrency": func(ctx context.Context, w *scriptEnv, args []string) error { // NAME N
			n, err := strconv.ParseInt(args[1], 10, 32)
			if err != nil {
				return err
			}
			return onlyError(w.direct.Lambda.PutFunctionConcurrency(ctx, &lambda.PutFunctionConcurrencyInput{FunctionName: &args[0], ReservedConcurrentExecutions: aws.Int32(int32(n))}))
		},
		"delete-async": func(ctx context.Context, w *scriptEnv, args []string) error { // NAME
			return onlyError(w.direct.Lambda.DeleteFunctionEventInvokeConfig(ctx, &lambda.DeleteFunctionEventInvokeConfigInput{FunctionName: &args[0]}))
		},
		"add-permission": func(ctx context.Context, w *scriptEnv, args []string) error { // NAME SID
			return onlyError(w.direct.Lambda.AddPermission(ctx, &lambda.AddPermissionInput{
				FunctionName: &args[0], StatementId: &args[1], Action: aws.String("lambda:InvokeFunction"), Principal: aws.String("sns.amazonaws.com"),
				SourceArn: aws.String("arn:aws:sns:" + region + ":" + w.account + ":topic"),
			}))
		},
		"remove-permission": func(ctx context.Context, w *scriptEnv, args []string) error { // NAME SID
			return onlyError(w.direct.Lambda.RemovePermission(ctx, &lambda.RemovePermissionInput{FunctionName: &args[0], StatementId: &args[1]}))
		},
		"tag-function": func(ctx context.Context, w *scriptEnv, args []string) error { // NAME KEY=VALUE
			key, value, _ := strings.Cut(args[1], "=")
			return onlyError(w.direct.Lambda.TagResource(ctx, &lambda.TagResourceInput{Resource: arn(w, args[0]), Tags: map[string]string{key: value}}))
		},
		"untag-function": func(ctx context.Context, w *scriptEnv, args []string) error { // NAME KEY
			return onlyError(w.direct.Lambda.UntagResource(ctx, &lambda.UntagResourceInput{Resource: arn(w, args[0]), TagKeys: args[1:]}))
		},
	}
}

// createFunction creates an unrelated function with its own role.
func createFunction(ctx context.Context, w *scriptEnv, args []string) error {
	role, err := w.direct.IAM.CreateRole(ctx, &iam.CreateRoleInput{
		RoleName:                 aws.String("somebody"),
		AssumeRolePolicyDocument: aws.String(strings.Replace(anyTrust, "ec2", "lambda", 1)),
	})
	if err != nil {
		return err
	}
	return onlyError(w.direct.Lambda.CreateFunction(ctx, &lambda.CreateFunctionInput{
		FunctionName: &args[0], Role: role.Role.Arn, Runtime: functions.RuntimePython313, Handler: aws.String("main.handler"),
		Code: &functions.FunctionCode{ZipFile: codeOf(newer, "")}, Description: aws.String("somebody's"), MemorySize: aws.Int32(256),
	}))
}

func ruleChanges() map[string]change {
	arn := func(w *scriptEnv, name string) *string {
		return aws.String("arn:aws:events:" + region + ":" + w.account + ":rule/" + name)
	}
	return map[string]change{
		"put-rule": func(ctx context.Context, w *scriptEnv, args []string) error { // NAME; replaces the pattern and state of an existing rule
			return onlyError(w.direct.Events.PutRule(ctx, &eventbridge.PutRuleInput{Name: &args[0], EventPattern: aws.String(`{"source":["aws.ec2"]}`)}))
		},
		"delete-rule": func(ctx context.Context, w *scriptEnv, args []string) error { // NAME
			targets, err := w.direct.Events.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{Rule: &args[0]})
			if err != nil {
				return err
			}
			for _, target := range targets.Targets {
				if _, err := w.direct.Events.RemoveTargets(ctx, &eventbridge.RemoveTargetsInput{Rule: &args[0], Ids: []string{*target.Id}}); err != nil {
					return err
				}
			}
			return onlyError(w.direct.Events.DeleteRule(ctx, &eventbridge.DeleteRuleInput{Name: &args[0]}))
		},
		"disable-rule": func(ctx context.Context, w *scriptEnv, args []string) error { // NAME
			return onlyError(w.direct.Events.DisableRule(ctx, &eventbridge.DisableRuleInput{Name: &args[0]}))
		},
		"put-target": func(ctx context.Context, w *scriptEnv, args []string) error { // RULE ID
			return onlyError(w.direct.Events.PutTargets(ctx, &eventbridge.PutTargetsInput{Rule: &args[0], Targets: []events.Target{
				{Id: &args[1], Arn: aws.String("arn:aws:lambda:" + region + ":" + w.account + ":function:elsewhere")},
			}}))
		},
		"let-invoke": func(ctx context.Context, w *scriptEnv, args []string) error { // RULE FUNCTION, like the Terraform module
			function := "arn:aws:lambda:" + region + ":" + w.account + ":function:" + args[1]
			if _, err := w.direct.Lambda.AddPermission(ctx, &lambda.AddPermissionInput{
				FunctionName: &args[1], StatementId: aws.String("AllowExecutionFromEventBridge"), Action: aws.String("lambda:InvokeFunction"),
				Principal: aws.String("events.amazonaws.com"), SourceArn: arn(w, args[0]),
			}); err != nil {
				return err
			}
			return onlyError(w.direct.Events.PutTargets(ctx, &eventbridge.PutTargetsInput{Rule: &args[0], Targets: []events.Target{
				{Id: aws.String("ECSSpotHandler"), Arn: &function},
			}}))
		},
		"remove-target": func(ctx context.Context, w *scriptEnv, args []string) error { // RULE ID
			return onlyError(w.direct.Events.RemoveTargets(ctx, &eventbridge.RemoveTargetsInput{Rule: &args[0], Ids: args[1:]}))
		},
		"tag-rule": func(ctx context.Context, w *scriptEnv, args []string) error { // NAME KEY=VALUE
			key, value, _ := strings.Cut(args[1], "=")
			return onlyError(w.direct.Events.TagResource(ctx, &eventbridge.TagResourceInput{ResourceARN: arn(w, args[0]), Tags: []events.Tag{{Key: &key, Value: &value}}}))
		},
		"untag-rule": func(ctx context.Context, w *scriptEnv, args []string) error { // NAME KEY
			return onlyError(w.direct.Events.UntagResource(ctx, &eventbridge.UntagResourceInput{ResourceARN: arn(w, args[0]), TagKeys: args[1:]}))
		},
	}
}
