package deploy

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	functions "github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/apperr/apperrtest"
	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/localaws"
)

// sealed is a Lambda client whose environment cannot be decrypted until the key is removed.
type sealed struct {
	resource.FunctionAPI
	code, message string
}

func (s *sealed) GetFunction(ctx context.Context, in *lambda.GetFunctionInput, options ...func(*lambda.Options)) (*lambda.GetFunctionOutput, error) {
	response, err := s.FunctionAPI.GetFunction(ctx, in, options...)
	if err == nil && aws.ToString(response.Configuration.KMSKeyArn) != "" {
		response.Configuration.Environment = &functions.EnvironmentResponse{
			Error: &functions.EnvironmentError{ErrorCode: aws.String(s.code), Message: aws.String(s.message)},
		}
	}
	return response, err
}

func (a *account) status(t *testing.T, prefix string) Status {
	t.Helper()
	status, err := Assess(a.find(t, prefix, nil), a.release, nil)
	if err != nil {
		t.Fatal(err)
	}
	return status
}

// For a caller who may not decrypt, status shows no false differences and reports what was not checked;
// install changes nothing that it cannot read, and uninstall works.
func TestHiddenEnvironment(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", given("kms-key", aKey))
		a.clients.Lambda = &sealed{a.clients.Lambda, "AccessDeniedException", "User ana is not authorized to perform: kms:Decrypt"}

		status := a.status(t, "prod")
		if !status.Healthy {
			t.Errorf("%+v", status.Problems)
		}
		want := []resource.NotChecked{{What: "the function's environment", Why: "no permission for kms:Decrypt with " + aKey}}
		if !slices.Equal(status.NotChecked, want) {
			t.Errorf("not checked are %+v", status.NotChecked)
		}

		refusal := apperrtest.ErrorOf(t, a.find(t, "prod", nil).checkReadable())
		if refusal.Code != apperr.CodeAccessDenied || refusal.Hints[0] != "allow kms:Decrypt on "+aKey || !strings.Contains(refusal.Detail[0], "not authorized") {
			t.Errorf("%+v", refusal)
		}
		a.uninstall(t, "prod", false)
		a.isEmpty(t, "prod")
	})
}

// A key that can no longer be used is a problem of the function, and another key fixes it.
func TestEnvironmentWithoutItsKey(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", given("kms-key", aKey))
		a.clients.Lambda = &sealed{a.clients.Lambda, "KMSDisabledException", "The key is disabled."}

		problems := a.status(t, "prod").Problems
		if len(problems) != 1 || len(problems[0].Fields) != 1 || problems[0].Fields[0].Path != "environment" ||
			problems[0].Fields[0].Old != "cannot be decrypted: KMSDisabledException, The key is disabled." {
			t.Errorf("%+v", problems)
		}
		if err := a.find(t, "prod", nil).checkReadable(); err != nil {
			t.Errorf("install is refused: %v", err)
		}
		a.install(t, "prod", given("kms-key", "none"))
	})
}

// A caller who may decrypt, and a function without a key, get no such report.
func TestReadableEnvironment(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		for _, key := range []string{"none", aKey} {
			a.install(t, "", given("kms-key", key))
			if err := a.find(t, "", nil).checkReadable(); err != nil {
				t.Error(err)
			}
			if status := a.status(t, ""); len(status.NotChecked)+len(status.Warnings) > 0 {
				t.Errorf("%+v", status)
			}
		}
	})
}

// CloudWatch Logs reports a key that it may not use as if the caller lacked a permission. The error explains
// the remedy.
func TestKeyWithoutPolicyForLogs(t *testing.T) {
	refusal := localaws.Error{
		Code:    "AccessDeniedException",
		Message: "The specified KMS key does not exist or is not allowed to be used with Arn 'arn:aws:logs:us-east-1:111122223333:log-group:x'",
	}
	for _, test := range []struct {
		call    string
		prepare settings.Given
	}{{"logs:CreateLogGroup", nil}, {"logs:AssociateKmsKey", given("kms-key", "none")}} {
		inAccount(t, func(t *testing.T, a *account) {
			if test.prepare != nil {
				a.install(t, "", test.prepare)
			}
			stop := a.Inject(localaws.Fault{Match: func(c localaws.Call) bool { return c.String() == test.call }, Refuse: &refusal})
			_, err := a.tryInstall(t.Context(), "", given("kms-key", aKey))
			got := apperrtest.ErrorOf(t, err)
			if got.Code != apperr.CodeFailed || !strings.HasPrefix(got.Message, "encrypting log group /aws/lambda/ecs-fargate-spot-handler: ") ||
				!strings.Contains(got.Hints[0], "kms:GenerateDataKey*") {
				t.Errorf("%s: %+v", test.call, got)
			}
			stop()
			a.install(t, "", given("kms-key", aKey))
		})
	}
}

// A missing boundary is also reported at once when it is changed.
func TestMissingBoundary(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "", nil)
		began := time.Now()
		_, err := a.tryInstall(t.Context(), "", given("permissions-boundary", aBoundary+"-none"))
		if err == nil || !strings.Contains(err.Error(), aBoundary+"-none does not exist") || time.Since(began) > time.Second {
			t.Errorf("%v after %s", err, time.Since(began))
		}
	})
}

// The permission for the destination takes a while to propagate; a destination that does not exist is
// reported at once.
func TestDestinationNotYetAllowed(t *testing.T) {
	refuse := func(a *account, times int, message string) {
		for n := range times {
			a.Inject(localaws.Fault{
				Match: func(c localaws.Call) bool { return c.String() == "lambda:PutFunctionEventInvokeConfig" }, Nth: n + 1,
				Refuse: &localaws.Error{Code: "InvalidParameterValueException", Message: message},
			})
		}
	}
	inAccount(t, func(t *testing.T, a *account) {
		refuse(a, 3, "The function's execution role does not have permissions to call SendMessage on "+aQueue)
		a.install(t, "", given("on-failure", aQueue))
	})
	inAccount(t, func(t *testing.T, a *account) {
		refuse(a, 1, "The destination ARN "+aQueue+" is invalid.")
		_, err := a.tryInstall(t.Context(), "", given("on-failure", aQueue))
		if err == nil || !strings.Contains(err.Error(), "The destination ARN") || a.count("lambda:PutFunctionEventInvokeConfig") != 1 {
			t.Errorf("%v", err)
		}
		a.install(t, "", given("on-failure", aTopic))
	})
}

// Values that others have set must not be shown: plans to adopt a function or restore ours name its variables
// and mask their values, in JSON too. A variable is ours if its name matches and the function accepts its
// value.
func TestForeignVariablesAreMasked(t *testing.T) {
	for _, test := range []struct{ name, value, want string }{
		{"DB_PASSWORD", "hunter2-secret", "(masked) -> "},
		{"SPOTHANDLER_TOKEN", "hunter2-secret", "(masked) -> "},
		{"SPOTHANDLER_METRICS_KEY", "true", "(masked) -> "},
		{"SPOTHANDLER_METRICS", "hunter2-secret", "(masked) -> "},
		{"SPOTHANDLER_METRICS", "true", "true -> "},
		{"LOG_LEVEL", "hunter2-secret", "(masked) -> INFO"},
		{"LOG_LEVEL", "DEBUG", "DEBUG -> INFO"},
		{"SPOTHANDLER_REDEPLOY", "hunter2-secret", "(masked) -> once"},
		{"SPOTHANDLER_REDEPLOY", "always", "always -> once"},
		{"SPOTHANDLER_COOLDOWN", "hunter2-secret", "(masked) -> 5m0s"},
		{"SPOTHANDLER_COOLDOWN", "1s", "1s -> 5m0s"},
		{"SPOTHANDLER_ACCOUNT", "hunter2-secret", "(masked) -> 111122223333"},
		{"SPOTHANDLER_ACCOUNT", "444455556666", "444455556666 -> 111122223333"},
	} {
		inAccount(t, func(t *testing.T, a *account) {
			a.install(t, "prod", nil)
			environment := a.find(t, "prod", nil).State.Function.Environment
			environment[test.name] = test.value
			if _, err := a.clients.Lambda.UpdateFunctionConfiguration(t.Context(), &lambda.UpdateFunctionConfigurationInput{
				FunctionName: aws.String("prod-ecs-fargate-spot-handler"), Environment: &functions.Environment{Variables: environment},
			}); err != nil {
				t.Fatal(err)
			}
			status := a.status(t, "prod")
			deploytest.SameLines(t, deploytest.Printed(status.Changes), "update function; environment."+test.name+" "+test.want)
			if text, err := json.Marshal(status); err != nil || bytes.Contains(text, []byte("hunter2-secret")) {
				t.Errorf("%s in JSON: %s, %v", test.name, text, err)
			}
		})
	}
}
