package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/spothandler/spothandler/internal/localaws"
)

// Names of resources in the failures.
const (
	theRole     = "prod-spothandler-eu-west-1"
	theGroup    = "/aws/lambda/prod-ecs-fargate-spot-handler"
	theFunction = "prod-ecs-fargate-spot-handler"
	theRule     = "prod-ecs-spot-interruption"

	anInstall   = "install --prefix prod"
	anUninstall = "uninstall --prefix prod --yes"
)

func failures() []failure {
	return slices.Concat(inputFailures(), configurationFailures(), credentialFailures(), deniedFailures(), ownershipFailures(), refusals(), stops())
}

// inputFailures are errors in the command line, reported before any AWS call.
func inputFailures() []failure {
	return []failure{
		{name: "an unknown command", args: "instal"},
		{name: "an unknown flag", args: "install --memory 256"},
		{name: "a flag without its value", args: "install --prefix", textOnly: "invalid_setting"},
		{name: "an unexpected argument", args: "install prod"},
		{name: "a value that is not accepted", args: "install --memory-size 64"},
		{name: "an unknown output format", args: "status --output yaml", textOnly: "invalid_setting"},
		{name: "an invalid wait time", args: anInstall + " --wait -1m"},
		{name: "a prefix with a bad character", args: "install --prefix a/b"},
		{name: "a prefix that is too long", args: "install --prefix " + strings.Repeat("p", 60)},
		{name: "a function name that is too long", args: "install --function-name " + strings.Repeat("f", 65)},
		{name: "an invalid tag", args: "install --tag Team"},
		{name: "a reserved tag key", args: "install --tag managed-by=me"},
		{name: "a tag key that AWS reserves", args: "install --tag aws:x=y"},
		{name: "tag keys that differ in case", args: "install --tag Team=a --tag team=b"},
		{name: "all clusters and some", args: "install --cluster all --cluster shop"},
		{name: "a subnet without a security group", args: anInstall + " --vpc-subnet subnet-0a1b2c3d"},
		{name: "a KMS key in another Region", args: anInstall + " --kms-key arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-0000-1111-2222-333344445555"},
		{name: "a boundary in another account", args: anInstall + " --permissions-boundary arn:aws:iam::999999999999:policy/boundary"},
		{name: "a destination that is the function", args: anInstall + " --on-failure arn:aws:lambda:eu-west-1:111122223333:function:" + theFunction},
		{name: "a cluster in another Region", args: "install --cluster arn:aws:ecs:us-east-1:111122223333:cluster/shop"},
		{name: "one Region and all Regions", args: "status --region eu-west-1 --all-regions"},
		{name: "an invalid role ARN", args: "status --role-arn admin"},
		{name: "an invalid port", args: "local --port 70000"},
		{name: "an access key that is too short", args: "local --access-key local"},
		{name: "no service", args: "local interrupt --cluster shop"},
		{name: "no local AWS in the environment", args: "local interrupt --cluster shop --service api", env: map[string]string{"AWS_ENDPOINT_URL": ""}},
		{name: "an AWS that is not local", args: "local interrupt --cluster shop --service api", env: map[string]string{"AWS_ENDPOINT_URL": "https://ecs.eu-west-1.amazonaws.com"}},
	}
}

// configurationFailures are errors in the configuration file and the environment.
func configurationFailures() []failure {
	file := func(name, content string) failure {
		return failure{name: name, args: "install --config spothandler.yaml", files: map[string]string{"spothandler.yaml": content}}
	}
	clusters := "cluster:\n"
	for i := range 20 {
		clusters += fmt.Sprintf("  - a-cluster-with-a-rather-long-name-that-somebody-thought-up-in-a-meeting-%02d\n", i)
	}
	return []failure{
		{name: "a missing file", args: "install --config missing.yaml"},
		file("a file that is not YAML", "prefix: \"prod\n"),
		file("a file that is a list", "- prefix: prod\n"),
		file("an unknown key", "memory_size: 256\n"),
		file("a key twice", "timeout: 60\ntimeout: 90\n"),
		file("a mapping for a single value", "timeout:\n  seconds: [60]\n"),
		file("a value that is not accepted, in the file", "log-level: verbose\n"),
		file("settings that are too long for the record", clusters),
		{name: "an unknown variable", args: "install", env: map[string]string{"SPOTHANDLER_MEMORY": "256"}},
		{name: "no Region", args: anInstall, env: map[string]string{"AWS_REGION": ""}},
		{name: "an Availability Zone for a Region", args: anInstall + " --region eu-west-1a"},
		{name: "a missing profile", args: anInstall + " --profile dve"},
		{name: "an unexpected account", args: anInstall + " --expect-account 999999999999"},
	}
}

// credentialFailures are errors of the caller's credentials.
func credentialFailures() []failure {
	none := map[string]string{"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
	failing := func(action, code, message string) func(*testing.T, *stage) {
		return refused(action, localaws.Error{Code: code, Message: message, Status: 403})
	}
	const sso = "[profile corp]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Admin\n" +
		"[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.awsapps.com/start\n"
	return []failure{
		{name: "no credentials", args: anInstall, env: none},
		{name: "an expired SSO session", args: anInstall + " --profile corp", config: sso, env: none},
		{name: "a profile that requires an MFA code", args: anInstall + " --profile corp", config: "[profile corp]\nrole_arn = arn:aws:iam::111122223333:role/admin\nsource_profile = corp\nmfa_serial = arn:aws:iam::111122223333:mfa/ana\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = secret\n"},
		{name: "an unknown retry mode", args: anInstall, env: map[string]string{"AWS_RETRY_MODE": "legacy"}},
		{name: "expired credentials", args: anInstall, before: failing("GetCallerIdentity", "ExpiredToken", "The security token included in the request is expired")},
		{name: "credentials that expire during the run", args: anInstall, before: failing("CreateFunction", "ExpiredTokenException", "The security token included in the request is expired")},
		{name: "an unknown access key", args: anInstall, before: failing("GetCallerIdentity", "InvalidClientTokenId", "The security token included in the request is invalid.")},
		{name: "a role that the caller is not allowed to assume", args: anInstall + " --role-arn arn:aws:iam::111122223333:role/admin", before: denied("AssumeRole")},
		{name: "AWS cannot be reached", args: anInstall, env: map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}},
	}
}

// deniedFailures are missing permissions of the caller.
func deniedFailures() []failure {
	because := func(reason string) func(*testing.T, *stage) {
		return refused("CreateRole", localaws.Error{Code: "AccessDenied", Status: 403, Message: "User: arn:aws:iam::111122223333:user/local is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::111122223333:role/spothandler/" + theRole + " " + reason})
	}
	without := func(action string) localaws.Options {
		return localaws.Options{Policies: map[string]string{
			"AKIAIOSFODNN7EXAMPLE": `{"Statement":[{"Effect":"Allow","NotAction":"` + action + `","Resource":"*"}]}`,
		}}
	}
	return []failure{
		{name: "creating the role", args: anInstall, before: denied("CreateRole")},
		{name: "creating the function, midway", args: anInstall, before: denied("CreateFunction")},
		{name: "reading the function", args: anInstall, before: denied("GetFunction")},
		{name: "listing the roles", args: "status", before: denied("ListRoles")},
		{name: "reading the function, for status", args: "status --prefix prod", before: denied("GetFunction")},
		{name: "deleting the role, at the end", args: anUninstall, before: after(anInstall, denied("DeleteRole"))},
		{name: "the organization's policy", args: anInstall, before: because("with an explicit deny in a service control policy: arn:aws:organizations::999988887777:policy/o-a1b2c3d4e5/service_control_policy/p-a1b2c3d4")},
		{name: "the caller's boundary", args: anInstall, before: because("because no permissions boundary allows the iam:CreateRole action")},
		{name: "an explicit deny", args: anInstall, before: because("with an explicit deny in an identity-based policy")},
		{name: "reading the function's tags", args: anInstall, options: without("lambda:ListTags"), before: admin(anInstall)},
		{
			name: "decrypting the environment", args: anInstall, options: without("kms:Decrypt"),
			before: admin(anInstall + " --kms-key arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-1111-2222-333344445555"),
		},
	}
}

// ownershipFailures are conflicts with resources that spothandler does not own.
func ownershipFailures() []failure {
	return []failure{
		{name: "the role", args: anInstall, before: withClients(func(ctx context.Context, c clients) error {
			return did(c.iam.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String(theRole), AssumeRolePolicyDocument: aws.String(aTrust)}))
		})},
		{name: "the log group", args: anInstall, before: withClients(func(ctx context.Context, c clients) error {
			return did(c.logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String(theGroup)}))
		})},
		{name: "the rule", args: anInstall, before: putTheRule},
		{name: "a rule that AWS manages", args: anInstall + " --adopt", before: func(t *testing.T, s *stage) {
			putTheRule(t, s)
			s.ManageRule(theRule, "autoscaling.amazonaws.com")
		}},
		{name: "the function, of another prefix", args: anInstall, before: after(anInstall, withClients(func(ctx context.Context, c clients) error {
			return did(c.lambda.TagResource(ctx, &lambda.TagResourceInput{
				Resource: aws.String("arn:aws:lambda:eu-west-1:111122223333:function:" + theFunction), Tags: map[string]string{"spothandler:prefix": "other"},
			}))
		}))},
		{name: "additions that spothandler did not make", args: anUninstall, before: after(anInstall, withClients(func(ctx context.Context, c clients) error {
			_, policy := c.iam.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: aws.String(theRole), PolicyArn: aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")})
			_, profile := c.iam.CreateInstanceProfile(ctx, &iam.CreateInstanceProfileInput{InstanceProfileName: aws.String("machines")})
			_, role := c.iam.AddRoleToInstanceProfile(ctx, &iam.AddRoleToInstanceProfileInput{InstanceProfileName: aws.String("machines"), RoleName: aws.String(theRole)})
			return firstOf(policy, profile, role)
		}))},
		{name: "logs with deletion protection", args: anUninstall, before: after(anInstall, withClients(func(ctx context.Context, c clients) error {
			return did(c.logs.PutLogGroupDeletionProtection(ctx, &cloudwatchlogs.PutLogGroupDeletionProtectionInput{
				LogGroupIdentifier: aws.String(theGroup), DeletionProtectionEnabled: aws.Bool(true),
			}))
		}))},
		{name: "another function name", args: anInstall + " --function-name other", before: admin(anInstall)},
		{name: "a prefix that differs in case", args: "install --prefix PROD", before: admin(anInstall)},
		{name: "an installation of a newer version", args: anInstall, before: func(t *testing.T, _ *stage) {
			defer func(before string) { version = before }(version)
			version = "2.0.0"
			must(t, anInstall)
		}},
	}
}

// refusals are errors of AWS that cannot be checked in advance.
func refusals() []failure {
	return []failure{
		{name: "too few executions", args: anInstall + " --reserved-concurrency 2", options: localaws.Options{Concurrency: 10}},
		{
			name: "too few executions, reported by AWS", args: anInstall + " --reserved-concurrency 2", options: localaws.Options{Concurrency: 10},
			before: denied("GetAccountSettings"),
		},
		{name: "throttled by IAM", args: anInstall, before: throttled("CreateRole")},
		{name: "throttled by Lambda", args: anInstall, before: throttled("CreateFunction")},
		{name: "throttled by CloudWatch Logs", args: anInstall, before: throttled("CreateLogGroup")},
		{name: "too many roles", args: anInstall, before: refused("CreateRole", localaws.Error{Code: "LimitExceeded", Status: 409, Message: "Cannot exceed quota for RolesPerAccount: 1000"})},
		{name: "too many rules", args: anInstall, before: refused("PutRule", localaws.Error{Code: "LimitExceededException", Message: "The requested resource exceeds the maximum number allowed."})},
		{name: "too many targets", args: anInstall, before: func(_ *testing.T, s *stage) {
			s.Inject(localaws.Fault{Action: "PutTargets", Entries: &localaws.Error{Code: "LimitExceededException", Message: "The requested resource exceeds the maximum number allowed."}})
		}},
		{name: "the code storage quota", args: anInstall, before: refused("CreateFunction", localaws.Error{Code: "CodeStorageExceededException", Message: "Code storage limit exceeded."})},
		{name: "arm64 is not available in the Region", args: anInstall, before: refused("CreateFunction", localaws.Error{Code: "InvalidParameterValueException", Message: "Architecture arm64 is not supported in this region."})},
		{name: "a key that CloudWatch Logs is not allowed to use", args: anInstall + " --kms-key arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-1111-2222-333344445555", before: refused("CreateLogGroup", localaws.Error{
			Code: "AccessDeniedException", Message: "The specified KMS key does not exist or is not allowed to be used with Arn 'arn:aws:logs:eu-west-1:111122223333:log-group:" + theGroup + "'",
		})},
		{name: "a missing permissions boundary", args: anInstall + " --permissions-boundary arn:aws:iam::111122223333:policy/boundary", before: refused("CreateRole", localaws.Error{
			Code: "NoSuchEntity", Status: 404, Message: "Scope ARN: arn:aws:iam::111122223333:policy/boundary does not exist or is not attachable.",
		})},
		{name: "a missing subnet", args: anInstall + " --vpc-subnet subnet-0a1b2c3d --vpc-security-group sg-0a1b2c3d", before: refused("CreateFunction", localaws.Error{
			Code: "InvalidParameterValueException", Message: "Error occurred while DescribeSubnets. EC2 Error Code: InvalidSubnetID.NotFound. EC2 Error Message: The subnet ID 'subnet-0a1b2c3d' does not exist",
		})},
		{name: "a missing security group", args: anInstall + " --vpc-subnet subnet-0a1b2c3d --vpc-security-group sg-0a1b2c3d", before: refused("CreateFunction", localaws.Error{
			Code: "InvalidParameterValueException", Message: "Error occurred while DescribeSecurityGroups. EC2 Error Code: InvalidGroup.NotFound. EC2 Error Message: The security group 'sg-0a1b2c3d' does not exist",
		})},
		{name: "a missing destination", args: anInstall + " --on-failure arn:aws:sqs:eu-west-1:111122223333:failed", before: refused("PutFunctionEventInvokeConfig", localaws.Error{
			Code: "InvalidParameterValueException", Message: "The destination ARN arn:aws:sqs:eu-west-1:111122223333:failed is invalid.",
		})},
		{name: "an AWS server error", args: anInstall, before: refused("PutRule", localaws.Error{Code: "InternalException", Status: 500, Message: "This exception occurs due to unexpected causes."})},
		{name: "an AWS server error while reading", args: "status --prefix prod", before: refused("DescribeRule", localaws.Error{Code: "InternalException", Status: 500, Message: "This exception occurs due to unexpected causes."})},
		{name: "a deleted log group", args: "logs --prefix prod", before: func(t *testing.T, s *stage) {
			must(t, anInstall)
			refused("FilterLogEvents", localaws.Error{Code: "ResourceNotFoundException", Message: "The specified log group does not exist."})(t, s)
		}},
		{name: "the same with --verbose, which is not proposed again", args: "status --prefix prod --verbose", before: refused("DescribeRule", localaws.Error{Code: "InternalException", Status: 500, Message: "This exception occurs due to unexpected causes."})},
		{name: "a lost response", args: anInstall, before: func(_ *testing.T, s *stage) { s.Inject(localaws.Fault{Action: "PutRule", Drop: true}) }},
		{
			name: "a role that does not propagate", args: anInstall + " --wait 1ms",
			options: localaws.Options{Delays: &localaws.Delays{RoleUsable: time.Hour}},
		},
		{
			name: "a function that does not become active", args: anInstall + " --wait 1ms",
			options: localaws.Options{Delays: &localaws.Delays{FunctionActive: time.Hour}},
		},
	}
}

// stops are interruptions by the user.
func stops() []failure {
	return []failure{
		{name: "an uninstall without a terminal", args: "uninstall --prefix prod", before: admin(anInstall)},
		{name: "an uninstall without confirmation", args: "uninstall --prefix prod", typed: "prdo\n", before: admin(anInstall)},
		{name: "an uninstall in several Regions", args: "uninstall --prefix prod --region eu-west-1 --region us-east-1", textOnly: "needs_yes", before: admin(anInstall)},
		{name: "Ctrl-C before the first write", args: anInstall, before: func(_ *testing.T, s *stage) { s.interruptAt("DescribeRule") }},
		{name: "Ctrl-C during the search for credentials", args: anInstall + " --role-arn arn:aws:iam::111122223333:role/admin", before: func(_ *testing.T, s *stage) { s.interruptAt("AssumeRole") }},
		{name: "Ctrl-C during the search for other installations", args: anInstall + " --memory-size 256 --dry-run", before: after(anInstall, func(_ *testing.T, s *stage) { s.interruptAt("ListRoles") })},
		{name: "Ctrl-C with nothing to remove", args: anUninstall, before: func(_ *testing.T, s *stage) { s.interruptAt("ListRoles") }},
		{name: "Ctrl-C during verification", args: anInstall, before: func(_ *testing.T, s *stage) { s.interruptAtNth("GetFunctionEventInvokeConfig", 2) }},
		{name: "Ctrl-C midway", args: anInstall, before: func(_ *testing.T, s *stage) { s.interruptAt("CreateFunction") }},
	}
}
