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
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/localaws"
)

// sealed is Lambda where the environment cannot be decrypted, until the key is taken off.
type sealed struct {
	FunctionAPI
	code, message string
}

func (s *sealed) GetFunction(ctx context.Context, in *lambda.GetFunctionInput, options ...func(*lambda.Options)) (*lambda.GetFunctionOutput, error) {
	answer, err := s.FunctionAPI.GetFunction(ctx, in, options...)
	if err == nil && value(answer.Configuration.KMSKeyArn) != "" {
		answer.Configuration.Environment = &functions.EnvironmentResponse{
			Error: &functions.EnvironmentError{ErrorCode: aws.String(s.code), Message: aws.String(s.message)},
		}
	}
	return answer, err
}

func (a *account) status(t *testing.T, prefix string) Status {
	t.Helper()
	status, err := Assess(a.look(t, prefix, nil), a.release, nil)
	if err != nil {
		t.Fatal(err)
	}
	return status
}

// A caller who may not decrypt sees no difference that is none, is told what was not checked, installs
// nothing over what it cannot see, and may remove.
func TestHiddenEnvironment(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", given("kms-key", aKey))
		a.clients.Lambda = &sealed{a.clients.Lambda, "AccessDeniedException", "User ana is not authorized to perform: kms:Decrypt"}

		status := a.status(t, "prod")
		if !status.Healthy {
			t.Errorf("%+v", status.Problems)
		}
		want := []NotChecked{{"the function's environment", "you may not kms:Decrypt with " + aKey}}
		if !slices.Equal(status.NotChecked, want) {
			t.Errorf("not checked are %+v", status.NotChecked)
		}

		refusal := errorOf(t, a.look(t, "prod", nil).CheckReadable())
		if refusal.Code != apperr.CodeAccessDenied || refusal.Hints[0] != "allow kms:Decrypt on "+aKey || !strings.Contains(refusal.Detail[0], "not authorized") {
			t.Errorf("%+v", refusal)
		}
		a.uninstall(t, "prod", false)
		a.isEmpty(t, "prod")
	})
}

// A key that nobody can use any more is a problem of the function, and another key heals it.
func TestEnvironmentWithoutItsKey(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "prod", given("kms-key", aKey))
		a.clients.Lambda = &sealed{a.clients.Lambda, "KMSDisabledException", "The key is disabled."}

		problems := a.status(t, "prod").Problems
		if len(problems) != 1 || len(problems[0].Fields) != 1 || problems[0].Fields[0].Path != "environment" ||
			problems[0].Fields[0].Old != "cannot be decrypted: KMSDisabledException, The key is disabled." {
			t.Errorf("%+v", problems)
		}
		if err := a.look(t, "prod", nil).CheckReadable(); err != nil {
			t.Errorf("install is refused: %v", err)
		}
		a.install(t, "prod", given("kms-key", "none"))
	})
}

// A caller who may decrypt, and a function without a key, have nothing to be told.
func TestReadableEnvironment(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		for _, key := range []string{"none", aKey} {
			a.install(t, "", given("kms-key", key))
			if err := a.look(t, "", nil).CheckReadable(); err != nil {
				t.Error(err)
			}
			if status := a.status(t, ""); len(status.NotChecked)+len(status.Warnings) > 0 {
				t.Errorf("%+v", status)
			}
		}
	})
}

// CloudWatch Logs words a key that it may not use as if the caller were without a right. The error says
// where the cure is.
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
			got := errorOf(t, err)
			if got.Code != apperr.CodeFailed || !strings.HasPrefix(got.Message, "encrypting log group /aws/lambda/ecs-fargate-spot-handler: ") ||
				!strings.Contains(got.Hints[0], "kms:GenerateDataKey*") {
				t.Errorf("%s: %+v", test.call, got)
			}
			stop()
			a.install(t, "", given("kms-key", aKey))
		})
	}
}

// A boundary that is not there is told at once where it is changed, too.
func TestBoundaryThatIsNotThere(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "", nil)
		began := time.Now()
		_, err := a.tryInstall(t.Context(), "", given("permissions-boundary", aBoundary+"-none"))
		if err == nil || !strings.Contains(err.Error(), aBoundary+"-none does not exist") || time.Since(began) > time.Second {
			t.Errorf("%v after %s", err, time.Since(began))
		}
	})
}

// The right to reach the destination takes a while to spread; a destination that is not there is told at once.
func TestDestinationNotNow(t *testing.T) {
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

// What others have set is not ours to show: adopting a function, and healing ours, names its variables and masks their
// values, in JSON too. A variable is ours by its exact name and a value that the function accepts.
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
			environment := a.look(t, "prod", nil).State.Function.Environment
			environment[test.name] = test.value
			if _, err := a.clients.Lambda.UpdateFunctionConfiguration(t.Context(), &lambda.UpdateFunctionConfigurationInput{
				FunctionName: aws.String("prod-ecs-fargate-spot-handler"), Environment: &functions.Environment{Variables: environment},
			}); err != nil {
				t.Fatal(err)
			}
			status := a.status(t, "prod")
			sameLines(t, printed(status.Changes), "update function; environment."+test.name+" "+test.want)
			if text, err := json.Marshal(status); err != nil || bytes.Contains(text, []byte("hunter2-secret")) {
				t.Errorf("%s in JSON: %s, %v", test.name, text, err)
			}
		})
	}
}
