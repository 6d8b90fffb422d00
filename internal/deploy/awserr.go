package deploy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
)

// This file is the one place that says what an AWS error means. IAM's codes lack "Exception" on the wire.

// hasCode says whether AWS answered with one of these error codes.
func hasCode(err error, codes ...string) bool {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return false
	}
	for _, code := range codes {
		if api.ErrorCode() == code {
			return true
		}
	}
	return false
}

func says(err error, texts ...string) bool {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return false
	}
	for _, text := range texts {
		if strings.Contains(api.ErrorMessage(), text) {
			return true
		}
	}
	return false
}

// isNotFound says that the thing is not there. Access denied is another matter.
func isNotFound(err error) bool {
	return hasCode(err, "NoSuchEntity", "NoSuchEntityException", "ResourceNotFoundException")
}

func ignoreNotFound(err error) error {
	if isNotFound(err) {
		return nil
	}
	return err
}

func isAlreadyThere(err error) bool {
	return hasCode(err, "EntityAlreadyExists", "EntityAlreadyExistsException", "ResourceAlreadyExistsException", "ResourceConflictException")
}

// IsAccessDenied says that the caller may not do what it asked for.
func IsAccessDenied(err error) bool {
	return hasCode(err, "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized")
}

// isConflict says that another operation on the same resource is under way: wait and ask again.
func isConflict(err error) bool {
	return hasCode(err, "ResourceConflictException", "ConcurrentModification", "ConcurrentModificationException",
		"OperationAbortedException", "EntityTemporarilyUnmodifiable", "EntityTemporarilyUnmodifiableException", "PreconditionFailedException")
}

// isRolePropagating says that Lambda does not see the new role, its policy or its grants yet
// (terraform-provider-aws, lambda/function.go; a trust policy that is really wrong reads the same).
func isRolePropagating(err error) bool {
	return hasCode(err, "InvalidParameterValueException") && says(err,
		"cannot be assumed by Lambda",
		"The provided execution role does not have permissions",
		"KMS key is invalid for CreateGrant",
		"throttled by EC2")
}

// entryError is an entry that failed inside an answer of HTTP 200 (EventBridge PutTargets, RemoveTargets).
type entryError struct{ code, message string }

func (e *entryError) Error() string                 { return e.code + ": " + e.message }
func (e *entryError) ErrorCode() string             { return e.code }
func (e *entryError) ErrorMessage() string          { return e.message }
func (e *entryError) ErrorFault() smithy.ErrorFault { return smithy.FaultUnknown }

// Explain makes an Error of what AWS answered: doing says what was tried, as "creating role prod-x".
// An Error and the end of a context pass unchanged.
func Explain(doing string, caller Identity, err error) error {
	var own *Error
	if err == nil || errors.As(err, &own) || errors.Is(err, context.Canceled) {
		return err
	}
	if IsAccessDenied(err) {
		return explainDenied(doing, caller, err)
	}
	explained := &Error{Code: CodeFailed, Message: fmt.Sprintf("%s: %s", doing, plain(err)), Hints: cures(err), Err: err}
	if late, ok := errors.AsType[*waitError](err); ok {
		explained.Code = CodeNotSettled
		explained.Message = fmt.Sprintf("%s: %s for %s was not enough", doing, late.what, late.ceiling)
		explained.Detail = []string{late.lastWords()}
		explained.Hints = late.hints()
	}
	if action := action(err); action != "" {
		explained.Detail = append(explained.Detail, "The call was "+action+requestID(err)+".")
	}
	return explained
}

func explainDenied(doing string, caller Identity, err error) error {
	who := caller.Caller
	if who == "" {
		who = "the caller"
	}
	denied := &Error{
		Code:    CodeAccessDenied,
		Message: doing + ": access denied",
		Detail:  []string{fmt.Sprintf("%s may not %s.", who, cmp.Or(deniedAction(err), action(err), "do this"))},
		Hints:   cures(err),
		Err:     err,
	}
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorMessage() != "" {
		denied.Detail = append(denied.Detail, fmt.Sprintf("AWS adds: %q.", api.ErrorMessage()))
	}
	return denied
}

// plain is the error without the SDK's frame around it.
func plain(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return fmt.Sprintf("%s: %s", api.ErrorCode(), api.ErrorMessage())
	}
	if failed, ok := errors.AsType[*url.Error](err); ok {
		return "no answer from " + hostOf(failed.URL) + ": " + failed.Err.Error()
	}
	var operation *smithy.OperationError
	if errors.As(err, &operation) {
		return operation.Err.Error()
	}
	return err.Error()
}

func hostOf(address string) string {
	if parsed, err := url.Parse(address); err == nil {
		return parsed.Host
	}
	return address
}

// deniedAction is the action that AWS names in a refusal. It may be another than the call's: iam:PassRole
// for a function that is given a role.
func deniedAction(err error) string {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return ""
	}
	_, named, _ := strings.Cut(api.ErrorMessage(), "is not authorized to perform: ")
	named, _, _ = strings.Cut(named, " ")
	return named
}

// action is the IAM action of the call that failed, as "iam:CreateRole", or "".
func action(err error) string {
	var operation *smithy.OperationError
	if !errors.As(err, &operation) {
		return ""
	}
	return IAMAction(operation.Service(), operation.Operation())
}

// IAMAction is the IAM action of an SDK operation (Service Authorization Reference).
func IAMAction(service, operation string) string {
	prefixes := map[string]string{
		"IAM": "iam", "STS": "sts", "Lambda": "lambda", "EventBridge": "events", "CloudWatch Logs": "logs", "ECS": "ecs",
	}
	prefix, known := prefixes[service]
	if !known {
		prefix = strings.ToLower(service)
	}
	if prefix == "lambda" {
		operation = lambdaAction(operation)
	}
	return prefix + ":" + operation
}

// lambdaAction names the two calls whose action has another name.
func lambdaAction(operation string) string {
	if operation == "Invoke" {
		return "InvokeFunction"
	}
	return operation
}

func requestID(err error) string {
	var response *awshttp.ResponseError
	if !errors.As(err, &response) || response.ServiceRequestID() == "" {
		return ""
	}
	return ", request id " + response.ServiceRequestID()
}

// value is what a pointer of the SDK points to, or the zero value.
func value[T any](p *T) T {
	if p == nil {
		return *new(T)
	}
	return *p
}

func valueOr[T any](p *T, absent T) T {
	if p == nil {
		return absent
	}
	return *p
}

// stringOrNil leaves out what is empty.
func stringOrNil(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// int32Ptr is a number as the SDK takes it; all of ours are far below its limit.
func int32Ptr(n int) *int32 {
	narrow := int32(n) //nolint:gosec // Settings keep it in range
	return &narrow
}

func without(list []string, words ...string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(each string) bool { return slices.Contains(words, each) })
}
