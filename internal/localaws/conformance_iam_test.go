package localaws

import (
	"context"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

const (
	rolePolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:PutLogEvents","Resource":"*"}]}`
	basicRole  = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
)

func iamTags(pairs ...string) []types.Tag {
	var list []types.Tag
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, types.Tag{Key: aws.String(pairs[i]), Value: aws.String(pairs[i+1])})
	}
	return list
}

// createRole creates a role "worker" under /tools/ with change applied.
func createRole(change func(*iam.CreateRoleInput)) func(context.Context, clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		in := &iam.CreateRoleInput{
			RoleName: aws.String("worker"), Path: aws.String("/tools/"), AssumeRolePolicyDocument: aws.String(trust),
			Description: aws.String("first"), Tags: iamTags("a", "1", "b", "2"),
		}
		change(in)
		out, err := c.iam.CreateRole(ctx, in)
		if err != nil {
			return "", err
		}
		return text(aws.ToString(out.Role.Arn), strings.HasPrefix(aws.ToString(out.Role.RoleId), "AROA"), len(out.Role.Tags)), nil
	}
}

func putRolePolicy(document string) func(context.Context, clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		_, err := c.iam.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: aws.String("worker"), PolicyName: aws.String("own"), PolicyDocument: aws.String(document)})
		return "done", err
	}
}

func deleteRole(ctx context.Context, c clients) (string, error) {
	_, err := c.iam.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: aws.String("worker")})
	return "done", err
}

func iamSteps() []step {
	worker := aws.String("worker")
	return []step{
		{name: "who am I", want: "123456789012", call: func(ctx context.Context, c clients) (string, error) {
			out, err := c.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
			if err != nil {
				return "", err
			}
			return aws.ToString(out.Account), nil
		}},
		{name: "create a role", call: createRole(func(*iam.CreateRoleInput) {}), want: "arn:aws:iam::123456789012:role/tools/worker true 2"},
		{name: "the same again", call: createRole(func(*iam.CreateRoleInput) {}), want: "EntityAlreadyExists"},
		{
			name: "the same in capitals", call: refused(createRole(func(in *iam.CreateRoleInput) { in.RoleName = aws.String("WORKER") })), want: "EntityAlreadyExists",
			moto: accepted, because: "CreateRole's API reference: role names are not distinguished by case",
		},
		{
			name: "a name too long", call: refused(createRole(func(in *iam.CreateRoleInput) { in.RoleName = aws.String(strings.Repeat("x", 65)) })), want: "ValidationError",
			moto: accepted, because: lax,
		},
		{
			name: "a trust policy that is no JSON", want: "MalformedPolicyDocument",
			call: refused(createRole(func(in *iam.CreateRoleInput) {
				in.RoleName, in.AssumeRolePolicyDocument = aws.String("other1"), aws.String("{")
			})),
			moto: accepted, because: "moto checks trust policies in UpdateAssumeRolePolicy only; AWS's CreateRole returns MalformedPolicyDocument too",
		},
		{
			name: "a tag of AWS's", want: "InvalidInput", moto: accepted, because: "the IAM guide's rules of tagging: no key begins with aws:",
			call: refused(createRole(func(in *iam.CreateRoleInput) {
				in.RoleName, in.Tags = aws.String("other2"), iamTags("aws:x", "1")
			})),
		},
		{
			name: "tags that differ only in case", want: "InvalidInput",
			call: refused(createRole(func(in *iam.CreateRoleInput) {
				in.RoleName, in.Tags = aws.String("other3"), iamTags("x", "1", "X", "2")
			})),
		},
		{name: "get it", want: "/tools/ first 3600 true a=1 b=2", call: func(ctx context.Context, c clients) (string, error) {
			out, err := c.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: worker})
			if err != nil {
				return "", err
			}
			document, err := url.PathUnescape(aws.ToString(out.Role.AssumeRolePolicyDocument))
			facts := []any{aws.ToString(out.Role.Path), aws.ToString(out.Role.Description), aws.ToInt32(out.Role.MaxSessionDuration), document == trust}
			for _, t := range out.Role.Tags {
				facts = append(facts, aws.ToString(t.Key)+"="+aws.ToString(t.Value))
			}
			return text(facts...), err
		}},
		{name: "get another", want: "NoSuchEntity", call: func(ctx context.Context, c clients) (string, error) {
			_, err := c.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String("nobody")})
			return "done", err
		}},
		{name: "change the description", want: "second", call: func(ctx context.Context, c clients) (string, error) {
			if _, err := c.iam.UpdateRole(ctx, &iam.UpdateRoleInput{RoleName: worker, Description: aws.String("second")}); err != nil {
				return "", err
			}
			out, err := c.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: worker})
			if err != nil {
				return "", err
			}
			return aws.ToString(out.Role.Description), nil
		}},
		{name: "trust nobody", want: "MalformedPolicyDocument", call: func(ctx context.Context, c clients) (string, error) {
			_, err := c.iam.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: worker, PolicyDocument: aws.String(rolePolicy)})
			return "done", err
		}},
		{name: "list by path, without tags", want: "1 0", call: func(ctx context.Context, c clients) (string, error) {
			out, err := c.iam.ListRoles(ctx, &iam.ListRolesInput{PathPrefix: aws.String("/tools/")})
			if err != nil {
				return "", err
			}
			found := 0
			for _, r := range out.Roles {
				found += len(r.Tags)
			}
			return text(min(len(out.Roles), 1), found), nil
		}},
		{name: "a policy that is no JSON", call: putRolePolicy("{"), want: "MalformedPolicyDocument"},
		{name: "a policy without resources", call: putRolePolicy(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*"}]}`), want: "MalformedPolicyDocument"},
		{name: "a policy", call: putRolePolicy(rolePolicy), want: "done"},
		{name: "get the policy", want: "true", call: func(ctx context.Context, c clients) (string, error) {
			out, err := c.iam.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: worker, PolicyName: aws.String("own")})
			if err != nil {
				return "", err
			}
			document, err := url.PathUnescape(aws.ToString(out.PolicyDocument))
			return text(document == rolePolicy), err
		}},
		{name: "get another policy", want: "NoSuchEntity", call: func(ctx context.Context, c clients) (string, error) {
			_, err := c.iam.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: worker, PolicyName: aws.String("none")})
			return "done", err
		}},
		{name: "list the policies", want: "[own]", call: func(ctx context.Context, c clients) (string, error) {
			out, err := c.iam.ListRolePolicies(ctx, &iam.ListRolePoliciesInput{RoleName: worker})
			if err != nil {
				return "", err
			}
			return text(out.PolicyNames), nil
		}},
		{name: "delete it with its policy", call: deleteRole, want: "DeleteConflict"},
		{name: "tag it", want: "a b c", call: func(ctx context.Context, c clients) (string, error) {
			if _, err := c.iam.TagRole(ctx, &iam.TagRoleInput{RoleName: worker, Tags: iamTags("c", "3")}); err != nil {
				return "", err
			}
			return roleTags(ctx, c)
		}},
		{name: "untag it", want: "b c", call: func(ctx context.Context, c clients) (string, error) {
			if _, err := c.iam.UntagRole(ctx, &iam.UntagRoleInput{RoleName: worker, TagKeys: []string{"a", "absent"}}); err != nil {
				return "", err
			}
			return roleTags(ctx, c)
		}},
		{name: "no instance profiles", want: "0", call: func(ctx context.Context, c clients) (string, error) {
			out, err := c.iam.ListInstanceProfilesForRole(ctx, &iam.ListInstanceProfilesForRoleInput{RoleName: worker})
			if err != nil {
				return "", err
			}
			return text(len(out.InstanceProfiles)), nil
		}},
		{name: "put it into an instance profile", want: "1", call: func(ctx context.Context, c clients) (string, error) {
			if _, err := c.iam.CreateInstanceProfile(ctx, &iam.CreateInstanceProfileInput{InstanceProfileName: aws.String("machines")}); err != nil {
				return "", err
			}
			if _, err := c.iam.AddRoleToInstanceProfile(ctx, &iam.AddRoleToInstanceProfileInput{InstanceProfileName: aws.String("machines"), RoleName: worker}); err != nil {
				return "", err
			}
			out, err := c.iam.ListInstanceProfilesForRole(ctx, &iam.ListInstanceProfilesForRoleInput{RoleName: worker})
			if err != nil {
				return "", err
			}
			return text(len(out.InstanceProfiles)), nil
		}},
		{name: "delete it with its instance profile", call: deleteRole, want: "DeleteConflict"},
		{name: "delete the instance profile with the role", call: deleteProfile, want: "DeleteConflict"},
		{name: "take it out of the instance profile", want: "done", call: func(ctx context.Context, c clients) (string, error) {
			_, err := c.iam.RemoveRoleFromInstanceProfile(ctx, &iam.RemoveRoleFromInstanceProfileInput{InstanceProfileName: aws.String("machines"), RoleName: worker})
			return "done", err
		}},
		{name: "delete the instance profile", call: deleteProfile, want: "done"},
		{name: "attach a policy that is not there", want: "NoSuchEntity", call: func(ctx context.Context, c clients) (string, error) {
			_, err := c.iam.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: worker, PolicyArn: aws.String("arn:aws:iam::123456789012:policy/none")})
			return "done", err
		}},
		{name: "delete the policy", want: "done", call: func(ctx context.Context, c clients) (string, error) {
			_, err := c.iam.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: worker, PolicyName: aws.String("own")})
			return "done", err
		}},
		{name: "delete the policy again", want: "NoSuchEntity", call: func(ctx context.Context, c clients) (string, error) {
			_, err := c.iam.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: worker, PolicyName: aws.String("own")})
			return "done", err
		}},
		{name: "delete it", call: deleteRole, want: "done"},
		{name: "delete it again", call: deleteRole, want: "NoSuchEntity"},
	}
}

func deleteProfile(ctx context.Context, c clients) (string, error) {
	_, err := c.iam.DeleteInstanceProfile(ctx, &iam.DeleteInstanceProfileInput{InstanceProfileName: aws.String("machines")})
	return "done", err
}

// roleTags returns the keys of the role's tags.
func roleTags(ctx context.Context, c clients) (string, error) {
	out, err := c.iam.ListRoleTags(ctx, &iam.ListRoleTagsInput{RoleName: aws.String("worker")})
	if err != nil {
		return "", err
	}
	var keys []any
	for _, t := range out.Tags {
		keys = append(keys, aws.ToString(t.Key))
	}
	return text(keys...), nil
}
