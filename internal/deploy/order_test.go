package deploy

import (
	"slices"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/localaws"
)

// steps are calls, grouped: each group begins when all calls of the previous one have returned.
type steps [][]string

// sameSteps checks the order of writes, ignoring the order within a group.
func sameSteps(t *testing.T, got []string, want steps) {
	t.Helper()
	for _, step := range want {
		begun := slices.Sorted(slices.Values(got[:min(len(step), len(got))]))
		deploytest.SameLines(t, begun, step...)
		got = got[len(begun):]
	}
	deploytest.SameLines(t, got)
}

// The role is created first, so that it propagates while the rest is created; an event finds a function that
// is ready, and the function a log group. In a removal nothing invokes the function when it is deleted,
// nothing writes to the log group when that is deleted, and nothing uses the role.
func TestOrder(t *testing.T) {
	delays := &localaws.Delays{FunctionActive: 5 * time.Second, FunctionDelete: 5 * time.Second}
	inAccountWith(t, localaws.Options{Delays: delays}, func(t *testing.T, a *account) {
		a.install(t, "", nil)
		sameSteps(t, a.calls(writes), steps{
			{"iam:CreateRole"},
			{"iam:PutRolePolicy"},
			{"events:PutRule", "logs:CreateLogGroup", "logs:PutRetentionPolicy"},
			{"lambda:CreateFunction"},
			{"lambda:PutFunctionEventInvokeConfig"},
			{"events:PutTargets", "lambda:AddPermission"},
		})
		a.ForgetCalls()
		a.uninstall(t, "", false)
		sameSteps(t, a.calls(writes), steps{
			{"events:RemoveTargets"},
			{"events:DeleteRule", "lambda:RemovePermission"},
			{"lambda:DeleteFunction"},
			{"logs:DeleteLogGroup"},
			{"iam:DeleteRolePolicy"},
			{"iam:DeleteRole"},
		})
		var looks []string // reads of the function between its deletion and the log group's
		for _, call := range a.Calls() {
			switch call.String() {
			case "lambda:DeleteFunction":
				looks = nil
			case "lambda:GetFunction":
				looks = append(looks, call.Code)
			case "logs:DeleteLogGroup":
				if len(looks) < 2 || looks[0] != "" || looks[len(looks)-1] != "ResourceNotFoundException" {
					t.Errorf("the function was looked at with %q", looks)
				}
			}
		}
	})
}
