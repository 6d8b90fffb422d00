package deploy

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	functions "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/apperr/apperrtest"
	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/localaws"
)

// Responses that AWS gives but the local AWS does not, one changed call at a time.

// alteredFunctions is a Lambda client with modified GetFunction responses.
type alteredFunctions struct {
	resource.FunctionAPI
	edit func(*lambda.GetFunctionOutput)
}

func (e alteredFunctions) GetFunction(ctx context.Context, in *lambda.GetFunctionInput, options ...func(*lambda.Options)) (*lambda.GetFunctionOutput, error) {
	response, err := e.FunctionAPI.GetFunction(ctx, in, options...)
	if err == nil {
		e.edit(response)
	}
	return response, err
}

// withFunction modifies the response of GetFunction.
func (a *account) withFunction(edit func(*lambda.GetFunctionOutput)) {
	a.clients.Lambda = alteredFunctions{a.clients.Lambda, edit}
}

// A missing value in a response means Lambda's default, except for a missing LoggingConfig.
func TestAbsentValues(t *testing.T) {
	for _, test := range []struct {
		name string
		edit func(*functions.FunctionConfiguration)
		want []string
	}{
		{"no LoggingConfig, as emulators respond", func(c *functions.FunctionConfiguration) { c.LoggingConfig = nil }, nil},
		{"no log group", func(c *functions.FunctionConfiguration) { c.LoggingConfig.LogGroup = nil }, nil},
		{
			"no levels", func(c *functions.FunctionConfiguration) {
				c.LoggingConfig.ApplicationLogLevel, c.LoggingConfig.SystemLogLevel = "", ""
			},
			[]string{"update function; logging.application_level INFO -> TRACE"},
		},
		{
			"an empty LoggingConfig", func(c *functions.FunctionConfiguration) { c.LoggingConfig = &functions.LoggingConfig{} },
			[]string{"update function; logging.format Text -> JSON; logging.application_level  -> TRACE; logging.system_level  -> INFO"},
		},
		{"no memory", func(c *functions.FunctionConfiguration) { c.MemorySize = nil }, nil},
		{"no timeout", func(c *functions.FunctionConfiguration) { c.Timeout = nil }, []string{"update function; timeout 3 -> 60"}},
		{"no architecture", func(c *functions.FunctionConfiguration) { c.Architectures = nil }, []string{"update function; architecture x86_64 -> arm64"}},
		{
			"no environment", func(c *functions.FunctionConfiguration) { c.Environment = nil },
			[]string{"update function; environment.LOG_LEVEL  -> INFO; environment.SPOTHANDLER_ACCOUNT  -> 111122223333; environment.SPOTHANDLER_COOLDOWN  -> 5m0s; environment.SPOTHANDLER_REDEPLOY  -> once"},
		},
		{"its last update failed", func(c *functions.FunctionConfiguration) {
			c.LastUpdateStatus, c.LastUpdateStatusReasonCode, c.LastUpdateStatusReason = functions.LastUpdateStatusFailed, "InternalError", aws.String("try again")
		}, []string{"update function; state last update failed: InternalError, try again -> "}},
		{"it failed", func(c *functions.FunctionConfiguration) {
			c.State, c.StateReasonCode = functions.StateFailed, "InvalidConfiguration"
		}, []string{"delete function", "create function", "create permission"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			inAccount(t, func(t *testing.T, a *account) {
				a.install(t, "", nil)
				a.withFunction(func(response *lambda.GetFunctionOutput) { test.edit(response.Configuration) })
				_, changes := a.plan(t, "", nil)
				deploytest.SameLines(t, deploytest.Printed(changes), test.want...)
			})
		})
	}
}

// If the function or its update fails, the wait ends at once with Lambda's reason and a hint.
func TestFailedFunction(t *testing.T) {
	for _, test := range []struct {
		code, reason, hint string
	}{
		{"InvalidRuntime", "no such runtime", "run it again to retry what failed"},
		{"SubnetOutOfIPAddresses", "no address is left", "--vpc-subnet ID   of a subnet with free addresses"},
		{"EniLimitExceeded", "too many", "request a higher quota of network interfaces in the Region, or use another VPC"},
		{"InvalidSubnet", "it is gone", "--vpc-subnet ID   of an existing subnet"},
		{"InvalidSecurityGroup", "it is gone", "--vpc-security-group ID   of an existing group in the subnets' VPC"},
		{"DisabledKMSKey", "it is disabled", "--kms-key ARN   a key that is enabled, or none"},
	} {
		fails := func(t *testing.T, state string, asked settings.Given, edit func(*functions.FunctionConfiguration)) {
			t.Helper()
			inAccount(t, func(t *testing.T, a *account) {
				if asked != nil {
					a.install(t, "", nil)
				}
				names, changes := a.plan(t, "", asked)
				a.withFunction(func(response *lambda.GetFunctionOutput) { edit(response.Configuration) })
				began := time.Now()
				_, err := resource.Apply(t.Context(), a.clients, names, changes, resource.Options{})
				refusal := apperrtest.ErrorOf(t, err)
				if want := "function ecs-fargate-spot-handler: " + state + ": " + test.code + ", " + test.reason; refusal.Message != want || time.Since(began) > 0 {
					t.Errorf("after %s: %s", time.Since(began), refusal.Message)
				}
				deploytest.SameLines(t, refusal.Hints, test.hint)
			})
		}
		t.Run(test.code, func(t *testing.T) {
			fails(t, "Failed", nil, func(c *functions.FunctionConfiguration) {
				c.State, c.StateReasonCode, c.StateReason = functions.StateFailed, functions.StateReasonCode(test.code), &test.reason
			})
			fails(t, "last update failed", given("timeout", "30"), func(c *functions.FunctionConfiguration) {
				c.LastUpdateStatus = functions.LastUpdateStatusFailed
				c.LastUpdateStatusReasonCode, c.LastUpdateStatusReason = functions.LastUpdateStatusReasonCode(test.code), &test.reason
			})
		})
	}
}

// If a function's tags may not be read, its owner is unknown.
func TestTagsDenied(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		a.install(t, "", nil)
		a.withFunction(func(response *lambda.GetFunctionOutput) {
			response.Tags, response.TagsError = nil, &functions.TagsError{Message: aws.String("not authorized")}
		})
		_, err := Find(t.Context(), a.clients, a.id, "", nil)
		if refusal := apperrtest.ErrorOf(t, err); refusal.Code != apperr.CodeAccessDenied || !strings.Contains(refusal.Hints[0], "lambda:ListTags") {
			t.Errorf("%+v", refusal)
		}
	})
}

// lateRoles is an IAM client that shows a role late, or not at all.
type lateRoles struct {
	resource.RoleAPI
	hidden *int // number of GetRole calls that do not find it yet
}

func (e lateRoles) GetRole(ctx context.Context, in *iam.GetRoleInput, options ...func(*iam.Options)) (*iam.GetRoleOutput, error) {
	if *e.hidden > 0 {
		*e.hidden--
		return nil, &smithy.GenericAPIError{Code: "NoSuchEntity", Message: "The role cannot be found."}
	}
	return e.RoleAPI.GetRole(ctx, in, options...)
}

// IAM reports that a role already exists but does not show it yet: the response of an earlier attempt was
// lost.
func TestRoleIsVisibleLate(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		hidden := 4 // the first read, and three more
		a.clients.IAM = lateRoles{a.clients.IAM, &hidden}
		a.Inject(localaws.Fault{Action: "CreateRole", Nth: 1, Drop: true})
		a.install(t, "prod", nil)
		if hidden != 0 {
			t.Errorf("%d looks were not made", hidden)
		}
	})
}

// The progress that Apply reports, in order.
func TestProgress(t *testing.T) {
	inAccountWith(t, localaws.Options{}, func(t *testing.T, a *account) {
		names, changes := a.plan(t, "", nil)
		stages := map[resource.Kind]string{}
		a.Inject(localaws.Fault{Action: "PutTargets", Deny: true})
		_, err := resource.Apply(t.Context(), a.clients, names, changes, resource.Options{Report: func(p resource.Progress) {
			word := map[resource.Stage]string{resource.Begun: "begun", resource.Waiting: p.Note, resource.Done: "done", resource.Failed: "failed"}[p.Stage]
			if p.Change.ID != changes[p.Index].ID || p.Elapsed < 0 {
				t.Errorf("%+v", p)
			}
			if !strings.HasSuffix(stages[p.Change.Kind], word) {
				stages[p.Change.Kind] = strings.TrimPrefix(stages[p.Change.Kind]+", "+word, ", ")
			}
		}})
		if !apperr.IsAccessDenied(err) || errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		for kind, want := range map[resource.Kind]string{
			resource.KindRole: "begun, done", resource.KindTarget: "begun, failed", resource.KindPermission: "begun, done",
			resource.KindFunction: "begun, waiting for the role, waiting for the function, done",
		} {
			if stages[kind] != want {
				t.Errorf("%s: %s", kind, stages[kind])
			}
		}
	})
}
