package policy_test

import (
	"testing"

	"github.com/spothandler/spothandler/internal/localaws/policy"
)

// Evaluation is tested by calls in localaws: TestAllowed, TestDeniedInAWSsWords.
func TestChecksRefuseInAWSsWords(t *testing.T) {
	for name, test := range map[string]struct {
		check          func(string) error
		document, want string
	}{
		"no JSON":            {policy.CheckPermissions, `{`, "This policy contains invalid Json"},
		"no policy":          {policy.CheckPermissions, `[]`, "Syntax errors in policy."},
		"no statement":       {policy.CheckPermissions, `{}`, "Syntax errors in policy."},
		"no effect":          {policy.CheckPermissions, `{"Statement": {"Action": "*", "Resource": "*"}}`, "Syntax errors in policy."},
		"no action":          {policy.CheckPermissions, `{"Statement": {"Effect": "Allow", "Resource": "*"}}`, "Policy statement must contain actions."},
		"no resource":        {policy.CheckPermissions, `{"Statement": {"Effect": "Allow", "Action": "*"}}`, "Policy statement must contain resources."},
		"a principal":        {policy.CheckPermissions, `{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}}`, "Policy document should not specify a principal."},
		"trust in resources": {policy.CheckTrust, `{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}`, "Has prohibited field Resource"},
		"trust in nobody":    {policy.CheckTrust, `{"Statement": {"Effect": "Allow", "Action": "*"}}`, "Missing required field Principal"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := test.check(test.document); err == nil || err.Error() != test.want {
				t.Errorf("%v, want %s", err, test.want)
			}
		})
	}
}

func TestTrusts(t *testing.T) {
	const lambda = "lambda.amazonaws.com"
	for document, want := range map[string]bool{
		`{"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "` + lambda + `"}}}`:             true,
		`{"Statement": [{"Effect": "Allow", "Action": ["sts:AssumeRole"], "Principal": {"Service": ["x", "` + lambda + `"]}}]}`:  true,
		`{"Statement": {"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": {"Service": "` + lambda + `"}}}`:              false,
		`{"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}}}`: false,
		`no policy`: false,
	} {
		if got := policy.Trusts(document, lambda); got != want {
			t.Errorf("%s: %v", document, got)
		}
	}
}

// A web identity is trusted if its provider is, and its claims are as the conditions require.
func TestTrustsIdentity(t *testing.T) {
	const provider = "arn:aws:iam::111122223333:oidc-provider/ci.example"
	trust := func(principal, condition string) string {
		return `{"Statement": {"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {` + principal + `}, "Condition": {` + condition + `}}}`
	}
	for document, want := range map[string]policy.Verdict{
		trust(`"Federated": "`+provider+`"`, `"StringEquals": {"ci.example:sub": ["x", "repo:a/b:main"]}`): policy.Allowed,
		trust(`"Federated": "`+provider+`"`, `"StringLike": {"ci.example:sub": "repo:a/*"}`):               policy.Allowed,
		trust(`"Federated": "`+provider+`"`, `"StringEquals": {"ci.example:sub": "repo:a/*"}`):             policy.NotAllowed,
		trust(`"Federated": "`+provider+`"`, `"StringEquals": {"ci.example:aud": "sts"}`):                  policy.NotAllowed,
		trust(`"Federated": "`+provider+`2"`, `"StringLike": {"ci.example:sub": "*"}`):                     policy.NotAllowed,
		trust(`"AWS": "`+provider+`"`, `"StringLike": {"ci.example:sub": "*"}`):                            policy.NotAllowed,
	} {
		if got := policy.TrustsIdentity(document, provider, map[string]string{"ci.example:sub": "repo:a/b:main"}); got != want {
			t.Errorf("%s: %v, want %v", document, got, want)
		}
	}
}

func TestARNsAreComparedPartByPart(t *testing.T) {
	for pattern, want := range map[string]policy.Verdict{
		"arn:aws:ecs:*:*:cluster/shop":       policy.Allowed,
		"arn:*:cluster/shop":                 policy.NotAllowed, // a wildcard does not match across colons
		"arn:aws:ecs:*:*:cluster/sh?p":       policy.Allowed,
		"arn:aws:ecs:*:*:cluster/*:whatever": policy.NotAllowed,
	} {
		p, err := policy.Read(`{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"ArnLike": {"ecs:cluster": "` + pattern + `"}}}}`)
		if err != nil {
			t.Fatal(err)
		}
		ask := policy.Ask{Action: "ecs:ListServices", Resource: "*", Context: map[string]string{"ecs:cluster": "arn:aws:ecs:eu-west-1:111122223333:cluster/shop"}}
		if got := p.Decide(ask); got != want {
			t.Errorf("%s: %v", pattern, got)
		}
	}
}
