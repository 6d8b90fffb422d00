package localaws

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

const ownPolicyARN = "arn:aws:iam::123456789012:policy/tools/logs"

// createPolicy creates the policy /tools/logs.
func createPolicy(document string) func(context.Context, clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		out, err := c.iam.CreatePolicy(ctx, &iam.CreatePolicyInput{
			PolicyName: aws.String("logs"), Path: aws.String("/tools/"), PolicyDocument: aws.String(document), Tags: iamTags("a", "1"),
		})
		if err != nil {
			return "", err
		}
		return text(aws.ToString(out.Policy.Arn), aws.ToString(out.Policy.DefaultVersionId)), nil
	}
}

// describePolicy returns the default version, the number of roles with the policy, and its tags.
func describePolicy(arn string) func(context.Context, clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		out, err := c.iam.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: aws.String(arn)})
		if err != nil {
			return "", err
		}
		return text(aws.ToString(out.Policy.DefaultVersionId), aws.ToInt32(out.Policy.AttachmentCount), len(out.Policy.Tags)), nil
	}
}

func describeVersion(id string) func(context.Context, clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		out, err := c.iam.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: aws.String(ownPolicyARN), VersionId: aws.String(id)})
		if err != nil {
			return "", err
		}
		document, err := url.PathUnescape(aws.ToString(out.PolicyVersion.Document))
		return text(out.PolicyVersion.IsDefaultVersion, document), err
	}
}

func addVersion(document string, isDefault bool) func(context.Context, clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		out, err := c.iam.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: aws.String(ownPolicyARN), PolicyDocument: aws.String(document), SetAsDefault: isDefault})
		if err != nil {
			return "", err
		}
		return aws.ToString(out.PolicyVersion.VersionId), nil
	}
}

// versions returns the IDs of the policy's versions, with a star at the default.
func versions(ctx context.Context, c clients) (string, error) {
	out, err := c.iam.ListPolicyVersions(ctx, &iam.ListPolicyVersionsInput{PolicyArn: aws.String(ownPolicyARN)})
	if err != nil {
		return "", err
	}
	all := map[string]bool{}
	for _, v := range out.Versions {
		all[aws.ToString(v.VersionId)] = v.IsDefaultVersion
	}
	return text(all), nil
}

func deleteVersion(id string) func(context.Context, clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		_, err := c.iam.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: aws.String(ownPolicyARN), VersionId: aws.String(id)})
		return "done", err
	}
}

func deletePolicy(ctx context.Context, c clients) (string, error) {
	_, err := c.iam.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: aws.String(ownPolicyARN)})
	return "done", err
}

func policySteps() []step {
	wider := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:*","Resource":"*"}]}`
	setBoundary := func(arn string) func(context.Context, clients) (string, error) {
		return func(ctx context.Context, c clients) (string, error) {
			_, err := c.iam.PutRolePermissionsBoundary(ctx, &iam.PutRolePermissionsBoundaryInput{RoleName: aws.String("bounded"), PermissionsBoundary: aws.String(arn)})
			return "done", err
		}
	}
	bounded := func(boundary *string) func(context.Context, clients) (string, error) {
		return func(ctx context.Context, c clients) (string, error) {
			_, err := c.iam.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("bounded"), AssumeRolePolicyDocument: aws.String(trust), PermissionsBoundary: boundary})
			return "done", err
		}
	}
	attach := func(arn string) func(context.Context, clients) (string, error) {
		return func(ctx context.Context, c clients) (string, error) {
			_, err := c.iam.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: aws.String("bounded"), PolicyArn: aws.String(arn)})
			return "done", err
		}
	}
	return []step{
		{name: "get what is not there", call: describePolicy(ownPolicyARN), want: "NoSuchEntity"},
		{name: "a policy that is no JSON", call: createPolicy("{"), want: "MalformedPolicyDocument"},
		{name: "create", call: createPolicy(rolePolicy), want: ownPolicyARN + " v1"},
		{name: "create again", call: createPolicy(rolePolicy), want: "EntityAlreadyExists"},
		{name: "get it", call: describePolicy(ownPolicyARN), want: "v1 0 1"},
		{name: "its document", call: describeVersion("v1"), want: "true " + rolePolicy},
		{name: "another version", call: describeVersion("v2"), want: "NoSuchEntity"},
		{name: "a new version", call: addVersion(wider, true), want: "v2"},
		{name: "its versions", call: versions, want: "map[v1:false v2:true]"},
		{name: "delete the default version", call: deleteVersion("v2"), want: "DeleteConflict"},
		{name: "delete the old version", call: deleteVersion("v1"), want: "done"},
		{name: "one of AWS's", call: describePolicy(basicRole), want: "v1 0 0", moto: "NoSuchEntity", because: "moto loads AWS's policies only if configured to"},
		{name: "a boundary that is not there", call: refused(bounded(aws.String("arn:aws:iam::123456789012:policy/none"))), want: "NoSuchEntity", moto: accepted, because: "moto takes any ARN; AWS: Scope ARN does not exist or is not attachable"},
		{name: "a role with a boundary", call: bounded(aws.String(ownPolicyARN)), want: "done", moto: "EntityAlreadyExists", because: "what moto accepted above"},
		{name: "another boundary that is not there", call: refused(setBoundary("arn:aws:iam::123456789012:policy/none")), want: "NoSuchEntity", moto: accepted, because: "moto takes any ARN; AWS: Scope ARN does not exist or is not attachable"},
		{name: "one of AWS's as a boundary", call: setBoundary("arn:aws:iam::aws:policy/AdministratorAccess"), want: "done"},
		{name: "attach it", call: attach(ownPolicyARN), want: "done"},
		{name: "get it attached", call: describePolicy(ownPolicyARN), want: "v2 1 1"},
		{name: "detach and delete it", want: "done", call: func(ctx context.Context, c clients) (string, error) {
			if _, err := c.iam.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: aws.String("bounded"), PolicyArn: aws.String(ownPolicyARN)}); err != nil {
				return "", err
			}
			return deletePolicy(ctx, c)
		}},
	}
}

// Limits that moto does not enforce: a policy that is too long, too many versions, and deleting a policy that
// has several versions or is attached to a role.
func TestManagedPoliciesHaveLimits(t *testing.T) {
	_, c := start(t, Options{Account: "123456789012"})
	long := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"` + strings.Repeat("x", 6144) + `"}]}`
	if _, err := createPolicy(long)(t.Context(), c); codeOf(err) != "LimitExceeded" {
		t.Error(err)
	}
	if _, err := createPolicy(rolePolicy)(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	for range 4 {
		if _, err := addVersion(rolePolicy, false)(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := addVersion(rolePolicy, false)(t.Context(), c); codeOf(err) != "LimitExceeded" {
		t.Error(err)
	}
	if _, err := deletePolicy(t.Context(), c); codeOf(err) != "DeleteConflict" {
		t.Error(err)
	}
	for _, id := range []string{"v2", "v3", "v4", "v5"} {
		if _, err := deleteVersion(id)(t.Context(), c); err != nil {
			t.Error(err)
		}
	}
	if _, err := c.iam.CreateRole(t.Context(), &iam.CreateRoleInput{
		RoleName: aws.String("bounded"), AssumeRolePolicyDocument: aws.String(trust), PermissionsBoundary: aws.String(ownPolicyARN),
	}); err != nil {
		t.Error(err)
	}
	if _, err := deletePolicy(t.Context(), c); codeOf(err) != "DeleteConflict" {
		t.Error(err)
	}
}
