package services

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	policies "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go"
)

// fakeCaller is an account in which source, a user or a role, may do everything but what is denied.
type fakeCaller struct {
	source  string
	denied  []string
	refused string // an action that the caller may not call
}

func (f *fakeCaller) SimulatePrincipalPolicy(_ context.Context, in *iam.SimulatePrincipalPolicyInput, _ ...func(*iam.Options)) (*iam.SimulatePrincipalPolicyOutput, error) {
	switch {
	case f.refused == "iam:SimulatePrincipalPolicy":
		return nil, denial(f.refused)
	case *in.PolicySourceArn != f.source:
		return nil, &smithy.GenericAPIError{Code: "NoSuchEntity", Message: "The role cannot be found."}
	}
	response := &iam.SimulatePrincipalPolicyOutput{}
	for _, action := range in.ActionNames {
		decision := policies.PolicyEvaluationDecisionTypeAllowed
		if slices.Contains(f.denied, action) {
			decision = policies.PolicyEvaluationDecisionTypeImplicitDeny
		}
		response.EvaluationResults = append(response.EvaluationResults, policies.EvaluationResult{EvalActionName: &action, EvalDecision: decision})
	}
	return response, nil
}

func (f *fakeCaller) GetRole(_ context.Context, in *iam.GetRoleInput, _ ...func(*iam.Options)) (*iam.GetRoleOutput, error) {
	if f.refused == "iam:GetRole" {
		return nil, denial(f.refused)
	}
	if !strings.HasSuffix(f.source, "/"+*in.RoleName) {
		return nil, &smithy.GenericAPIError{Code: "NoSuchEntity", Message: "The role cannot be found."}
	}
	return &iam.GetRoleOutput{Role: &policies.Role{Arn: &f.source}}, nil
}

func denial(action string) error {
	return &smithy.GenericAPIError{Code: "AccessDenied", Message: "User: arn:aws:sts::111122223333:assumed-role/dev/ana is not authorized to perform: " + action + " on resource: *"}
}

// The caller is a user, or a role that STS names without its path; IAM is asked about that.
func TestCallerMay(t *testing.T) {
	const account = "arn:aws:iam::111122223333:"
	session := "arn:aws:sts::111122223333:assumed-role/dev/ana"
	lacking := []string{"iam:CreateRole", "events:PutRule"}
	for _, test := range []struct {
		name, caller string
		iam          fakeCaller
		want         string
	}{
		{"a user", account + "user/team/ana", fakeCaller{source: account + "user/team/ana", denied: lacking}, "[iam:CreateRole events:PutRule] "},
		{"a role", session, fakeCaller{source: account + "role/dev", denied: lacking}, "[iam:CreateRole events:PutRule] "},
		{"a role with a path", session, fakeCaller{source: account + "role/aws-reserved/sso.amazonaws.com/eu-west-1/dev", denied: lacking[:1]}, "[iam:CreateRole] "},
		{"an administrator", session, fakeCaller{source: account + "role/dev"}, "[] "},
		{"the root user", account + "root", fakeCaller{denied: lacking}, "[] "},
		{"a federated user", "arn:aws:sts::111122223333:federated-user/ana", fakeCaller{denied: lacking}, "[] IAM's policy simulator supports only users and roles"},
		{"a role that is gone", session, fakeCaller{source: account + "role/other"}, "[] NoSuchEntity: The role cannot be found."},
		{"nobody who may ask", session, fakeCaller{source: account + "role/dev", refused: "iam:SimulatePrincipalPolicy"}, "[] no permission for iam:SimulatePrincipalPolicy"},
		{"nobody who may look for the path", session, fakeCaller{source: account + "role/x/dev", refused: "iam:GetRole"}, "[] no permission for iam:GetRole"},
	} {
		got, err := CallerMay(t.Context(), &test.iam, test.caller, []Request{
			{account + "role/spothandler-eu-west-1", []string{"iam:CreateRole", "iam:PassRole"}}, {"arn:aws:events:eu-west-1:111122223333:rule/r", []string{"events:PutRule"}},
		})
		if text := fmt.Sprintf("%v %s", got.Denied, got.Unknown); err != nil || text != test.want {
			t.Errorf("%s: got %q, %v, want %q", test.name, text, err, test.want)
		}
	}
}

// What depends on a value that is not known is not denied.
func TestMissingContext(t *testing.T) {
	for want, result := range map[bool]policies.EvaluationResult{
		true:  {ResourceSpecificResults: []policies.ResourceSpecificResult{{MissingContextValues: []string{"aws:RequestTag/team"}}}},
		false: {EvalDecision: policies.PolicyEvaluationDecisionTypeExplicitDeny, EvalResourceName: aws.String("*")},
	} {
		if got := isMissingContext(result); got != want {
			t.Errorf("%+v: %t", result, got)
		}
	}
}
