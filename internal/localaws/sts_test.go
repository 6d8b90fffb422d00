package localaws

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

// trusting returns a trust policy for a principal, with a condition if one is given.
func trusting(principal, condition string) string {
	if condition != "" {
		condition = `,"Condition":` + condition
	}
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":` + principal + condition + `}]}`
}

const (
	thisAccount = `{"AWS":"arn:aws:iam::111122223333:root"}`
	allowAll    = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
)

// newRole creates a role with this trust policy, all permissions, and a boundary if one is given.
func newRole(t *testing.T, c clients, name, trust, boundary string) string {
	t.Helper()
	in := &iam.CreateRoleInput{RoleName: aws.String(name), AssumeRolePolicyDocument: aws.String(trust)}
	if boundary != "" {
		in.PermissionsBoundary = aws.String(boundary)
	}
	made, err := c.iam.CreateRole(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	grant(t, c, name, allowAll)
	return aws.ToString(made.Role.Arn)
}

// as returns the clients of a caller who has assumed a role.
func as(t *testing.T, cfg aws.Config, in *sts.AssumeRoleInput) (clients, error) {
	t.Helper()
	cfg.RetryMaxAttempts = 1
	if in.RoleSessionName == nil {
		in.RoleSessionName = aws.String("tester")
	}
	out, err := sts.NewFromConfig(cfg).AssumeRole(t.Context(), in)
	if err != nil {
		return clients{}, err
	}
	k := out.Credentials
	cfg.Credentials = credentials.NewStaticCredentialsProvider(aws.ToString(k.AccessKeyId), aws.ToString(k.SecretAccessKey), aws.ToString(k.SessionToken))
	return clientsOf(cfg), nil
}

// A role can be assumed exactly by the callers that it trusts, depending on the trust policy's statements
// about the caller, its account, an external ID and MFA, and on the caller's own policies.
func TestAssumeRoleAsksTheTrustPolicy(t *testing.T) {
	const caller = "AKIACALLER"
	for name, tt := range map[string]struct {
		trust, policy string
		in            sts.AssumeRoleInput
		want          string // the error code
	}{
		"the account, and the caller may":         {trust: trusting(thisAccount, ""), policy: allowAll},
		"the account by its number":               {trust: trusting(`{"AWS":"111122223333"}`, ""), policy: allowAll},
		"the account, and the caller may not":     {trust: trusting(thisAccount, ""), policy: `{"Statement":[]}`, want: "AccessDenied"},
		"the caller, whatever its policies allow": {trust: trusting(`{"AWS":["arn:aws:iam::111122223333:user/local"]}`, ""), policy: `{"Statement":[]}`},
		"the caller, whose policies deny it":      {trust: trusting(`{"AWS":"arn:aws:iam::111122223333:user/local"}`, ""), policy: `{"Statement":[{"Effect":"Deny","Action":"sts:*","Resource":"*"}]}`, want: "AccessDenied"},
		"somebody else":                           {trust: trusting(`{"AWS":"arn:aws:iam::111122223333:user/other"}`, ""), policy: allowAll, want: "AccessDenied"},
		"Lambda alone":                            {trust: trust, policy: allowAll, want: "AccessDenied"},
		"an external id":                          {trust: trusting(thisAccount, `{"StringEquals":{"sts:ExternalId":"42"}}`), policy: allowAll, in: sts.AssumeRoleInput{ExternalId: aws.String("42")}},
		"no external id":                          {trust: trusting(thisAccount, `{"StringEquals":{"sts:ExternalId":"42"}}`), policy: allowAll, want: "AccessDenied"},
		"MFA": {
			trust: trusting(thisAccount, `{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`), policy: allowAll,
			in: sts.AssumeRoleInput{SerialNumber: aws.String("arn:aws:iam::111122223333:mfa/local"), TokenCode: aws.String("123456")},
		},
		"no MFA":            {trust: trusting(thisAccount, `{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`), policy: allowAll, want: "AccessDenied"},
		"an unknown test":   {trust: trusting(thisAccount, `{"DateLessThan":{"aws:CurrentTime":"2099-01-01"}}`), policy: allowAll, want: "AccessDenied"},
		"longer than it is": {trust: trusting(thisAccount, ""), policy: allowAll, in: sts.AssumeRoleInput{DurationSeconds: aws.Int32(7200)}, want: "ValidationError"},
		"too short":         {trust: trusting(thisAccount, ""), policy: allowAll, in: sts.AssumeRoleInput{DurationSeconds: aws.Int32(899)}, want: "ValidationError"},
		"a role that is not there": {
			trust: trusting(thisAccount, ""), policy: allowAll,
			in: sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::111122223333:role/none")}, want: "AccessDenied",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, admin := start(t, Options{Policies: map[string]string{caller: tt.policy}})
			arn := newRole(t, admin, "operator", tt.trust, "")
			cfg := s.Config()
			cfg.Credentials = credentials.NewStaticCredentialsProvider(caller, "local", "")
			if tt.in.RoleArn == nil {
				tt.in.RoleArn = &arn
			}
			c, err := as(t, cfg, &tt.in)
			if codeOf(err) != tt.want || err != nil {
				if codeOf(err) != tt.want {
					t.Errorf("%v, want %q", err, tt.want)
				}
				return
			}
			who, err := c.sts.GetCallerIdentity(t.Context(), nil)
			if err != nil || aws.ToString(who.Arn) != "arn:aws:sts::111122223333:assumed-role/operator/tester" {
				t.Error(who, err)
			}
		})
	}
}

// A role with all permissions is limited by its boundary, and a session by its own policy.
func TestABoundaryAndASessionPolicyLimitARole(t *testing.T) {
	s, admin := start(t, Options{Policies: map[string]string{}})
	boundary, err := admin.iam.CreatePolicy(t.Context(), &iam.CreatePolicyInput{PolicyName: aws.String("most"), PolicyDocument: aws.String(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:*","Resource":"*"},{"Effect":"Deny","Action":"logs:DeleteLogGroup","Resource":"*"}]}`)})
	if err != nil {
		t.Fatal(err)
	}
	arn := newRole(t, admin, "bounded", trusting(thisAccount, ""), *boundary.Policy.Arn)
	c, err := as(t, s.Config(), &sts.AssumeRoleInput{RoleArn: &arn})
	if err != nil {
		t.Fatal(err)
	}
	if code := createAGroup(t, c, "g"); code != "" {
		t.Error("what both allow:", code)
	}
	message := func(err error) string {
		var api smithy.APIError
		if !errors.As(err, &api) {
			return "no refusal"
		}
		return api.ErrorMessage()
	}
	const me = "User: arn:aws:sts::111122223333:assumed-role/bounded/tester is not authorized to perform: "
	_, err = c.lambda.GetFunction(t.Context(), &lambda.GetFunctionInput{FunctionName: aws.String("f")})
	if want := me + "lambda:GetFunction on resource: arn:aws:lambda:us-east-1:111122223333:function:f because no permissions boundary allows the lambda:GetFunction action"; message(err) != want {
		t.Errorf("%s, want %s", message(err), want)
	}
	_, err = c.logs.DeleteLogGroup(t.Context(), &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: aws.String("g")})
	if want := me + "logs:DeleteLogGroup on resource: arn:aws:logs:us-east-1:111122223333:log-group:g:log-stream: with an explicit deny in a permissions boundary"; message(err) != want {
		t.Errorf("%s, want %s", message(err), want)
	}
	c, err = as(t, s.Config(), &sts.AssumeRoleInput{RoleArn: &arn, Policy: aws.String(`{"Statement":[{"Effect":"Allow","Action":"logs:Describe*","Resource":"*"}]}`)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.logs.DescribeLogGroups(t.Context(), nil); err != nil {
		t.Error("what all three allow:", err)
	}
	if code := createAGroup(t, c, "h"); code != "AccessDeniedException" {
		t.Error("what the session does not allow:", code)
	}
}

// A session ends at its expiration, and each MFA code is valid once.
func TestSessionsExpireAndCodesAreValidOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, admin := start(t, Options{})
		arn := newRole(t, admin, "operator", trusting(thisAccount, ""), "")
		in := &sts.AssumeRoleInput{
			RoleArn: &arn, DurationSeconds: aws.Int32(900), SerialNumber: aws.String("arn:aws:iam::111122223333:mfa/local"), TokenCode: aws.String("123456"),
		}
		c, err := as(t, s.Config(), in)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := as(t, s.Config(), in); codeOf(err) != "AccessDenied" {
			t.Error("the same code again:", err)
		}
		time.Sleep(899 * time.Second)
		if _, err := c.logs.DescribeLogGroups(t.Context(), nil); err != nil {
			t.Error(err)
		}
		time.Sleep(2 * time.Second)
		if _, err := c.logs.DescribeLogGroups(t.Context(), nil); codeOf(err) != "ExpiredTokenException" {
			t.Error(err)
		}
		if _, err := c.iam.ListRoles(t.Context(), nil); codeOf(err) != "ExpiredToken" {
			t.Error(err)
		}
	})
}
