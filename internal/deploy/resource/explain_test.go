package resource

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/smithy-go"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/apperr/apperrtest"
	"github.com/spothandler/spothandler/internal/session"
)

// The errors that users see for errors of AWS.
func TestExplain(t *testing.T) {
	denied := &smithy.OperationError{ServiceID: "IAM", OperationName: "CreateRole", Err: &smithy.GenericAPIError{
		Code: "AccessDenied", Message: "no identity-based policy allows the iam:CreateRole action",
	}}
	for _, test := range []struct {
		name   string
		caller string
		err    error
		code   string
		lines  string // message and details
	}{
		{
			"access denied", "arn:aws:sts::111122223333:assumed-role/dev/ana", denied, apperr.CodeAccessDenied,
			"creating role x: access denied\n" +
				"arn:aws:sts::111122223333:assumed-role/dev/ana lacks the permission iam:CreateRole.\n" +
				`AWS reports: "no identity-based policy allows the iam:CreateRole action".`,
		},
		{
			"access denied without words", "", &smithy.GenericAPIError{Code: "AccessDeniedException", Message: ""}, apperr.CodeAccessDenied,
			"creating role x: access denied\nthe caller lacks the permission for this call.",
		},
		{
			"plain", "", &smithy.OperationError{ServiceID: "EventBridge", OperationName: "PutRule", Err: &smithy.GenericAPIError{Code: "LimitExceededException", Message: "too many"}}, apperr.CodeFailed,
			"creating role x: LimitExceededException: too many\nThe call was events:PutRule.",
		},
		{
			"no response", "", &smithy.OperationError{ServiceID: "Lambda", OperationName: "Invoke", Err: errors.New("connection refused")}, apperr.CodeFailed,
			"creating role x: connection refused\nThe call was lambda:InvokeFunction.",
		},
		{
			"another service", "", &smithy.OperationError{ServiceID: "SQS", OperationName: "SendMessage", Err: errors.New("x")}, apperr.CodeFailed,
			"creating role x: x\nThe call was sqs:SendMessage.",
		},
		{"no call at all", "", errors.New("broken"), apperr.CodeFailed, "creating role x: broken"},
		{
			"a wait that ended", "", &waitError{"waiting for the role", 3 * time.Minute, &smithy.GenericAPIError{Code: "InvalidParameterValueException", Message: "cannot be assumed by Lambda."}}, apperr.CodeNotSettled,
			"creating role x: timed out after 3m0s waiting for the role\n" + `AWS last reported: "InvalidParameterValueException: cannot be assumed by Lambda.".`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			own := apperrtest.ErrorOf(t, explain("creating role x", session.Identity{Caller: test.caller}, test.err))
			if got := strings.Join(append([]string{own.Message}, own.Detail...), "\n"); got != test.lines || own.Code != test.code {
				t.Errorf("%s:\n%s", own.Code, got)
			}
			if !errors.Is(own, test.err) {
				t.Error("the cause is lost")
			}
		})
	}
}

// Errors that are already explained, or caused by the user's interrupt, are returned unchanged.
func TestExplainKeepsExplainedErrors(t *testing.T) {
	for _, err := range []error{
		nil,
		&apperr.Error{Message: "explained"},
		fmt.Errorf("again: %w", &apperr.Error{Message: "explained"}),
		fmt.Errorf("operation error: %w", context.Canceled),
	} {
		if got := explain("creating role x", session.Identity{}, err); got != err { //nolint:errorlint // the same value
			t.Errorf("%v became %v", err, got)
		}
	}
}

// The request ID is included if AWS returned one.
func TestExplainRequestID(t *testing.T) {
	inAccount(t, func(t *testing.T, a account) {
		err := (&roleObserver{}).readOwnPolicy(a.clients.IAM, strings.Repeat("x", 65))(t.Context())
		own := apperrtest.ErrorOf(t, explain("reading", a.names.Identity, err))
		if len(own.Detail) != 1 || !strings.HasPrefix(own.Detail[0], "The call was iam:GetRolePolicy, request id ") {
			t.Errorf("%+v", own)
		}
	})
}

// The meaning of AWS's errors; access denied means neither absence nor a conflict.
func TestMeaningOfErrors(t *testing.T) {
	meanings := map[string]func(error) bool{
		"not found": apperr.IsNotFound, "already there": apperr.IsAlreadyThere, "denied": apperr.IsAccessDenied, "conflict": apperr.IsConflict, "role not yet": isRolePropagating,
	}
	for _, test := range []struct{ code, message, want string }{
		{"NoSuchEntity", "", "not found"},
		{"NoSuchEntityException", "", "not found"},
		{"ResourceNotFoundException", "", "not found"},
		{"EntityAlreadyExists", "", "already there"},
		{"EntityAlreadyExistsException", "", "already there"},
		{"ResourceAlreadyExistsException", "", "already there"},
		{"ResourceConflictException", "", "already there, conflict"},
		{"OperationAbortedException", "", "conflict"},
		{"ConcurrentModification", "", "conflict"},
		{"ConcurrentModificationException", "", "conflict"},
		{"EntityTemporarilyUnmodifiable", "", "conflict"},
		{"UnmodifiableEntity", "", ""},
		{"ServiceFailure", "", ""},
		{"AccessDenied", "", "denied"},
		{"AccessDeniedException", "", "denied"},
		{"InvalidParameterValueException", "The role defined for the function cannot be assumed by Lambda.", "role not yet"},
		{"InvalidParameterValueException", "The provided execution role does not have permissions to call CreateNetworkInterface on EC2", "role not yet"},
		{"InvalidParameterValueException", "Lambda was unable to configure access to your environment variables because the KMS key is invalid for CreateGrant.", "role not yet"},
		{"InvalidParameterValueException", "Lambda was throttled by EC2", "role not yet"},
		{"InvalidParameterValueException", "Unzipped size must be smaller", ""},
		{"ThrottlingException", "Rate exceeded", ""},
	} {
		var got []string
		for _, meaning := range sortedKeys(meanings) {
			if meanings[meaning](fmt.Errorf("creating: %w", &smithy.GenericAPIError{Code: test.code, Message: test.message})) {
				got = append(got, meaning)
			}
		}
		if strings.Join(got, ", ") != test.want {
			t.Errorf("%s %s means %q", test.code, test.message, got)
		}
		for meaning, says := range meanings {
			if says(nil) || says(errors.New(test.code)) {
				t.Errorf("any error means %s", meaning)
			}
		}
	}
}

func TestErrorUnwraps(t *testing.T) {
	cause := errors.New("cause")
	err := error(&apperr.Error{Message: "doing: cause", Err: cause})
	if err.Error() != "doing: cause" || !errors.Is(err, cause) {
		t.Errorf("%v", err)
	}
}
