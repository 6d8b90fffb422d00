package apperr

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
)

// This file is the only place that interprets AWS errors. IAM's error codes
// lack the suffix "Exception" on the wire.

// HasCode reports whether AWS responded with one of these error codes.
func HasCode(err error, codes ...string) bool {
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

// Says reports whether AWS responded with a message that contains one of these
// texts.
func Says(err error, texts ...string) bool {
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

// IsNotFound reports whether AWS responded that the resource does not exist. It
// is false for access denied.
func IsNotFound(err error) bool {
	return HasCode(err, "NoSuchEntity", "NoSuchEntityException", "ResourceNotFoundException")
}

// IgnoreNotFound returns nil if IsNotFound reports true for err, and otherwise
// err.
func IgnoreNotFound(err error) error {
	if IsNotFound(err) {
		return nil
	}
	return err
}

// IsAlreadyThere reports whether a resource of that name already exists.
func IsAlreadyThere(err error) bool {
	return HasCode(err, "EntityAlreadyExists", "EntityAlreadyExistsException", "ResourceAlreadyExistsException", "ResourceConflictException")
}

// IsAccessDenied reports whether AWS responded that the caller lacks a
// permission.
func IsAccessDenied(err error) bool {
	return HasCode(err, "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized")
}

// IsConflict reports whether another operation on the same resource is in
// progress, so that a retry may succeed.
func IsConflict(err error) bool {
	return HasCode(err, "ResourceConflictException", "ConcurrentModification", "ConcurrentModificationException",
		"OperationAbortedException", "EntityTemporarilyUnmodifiable", "EntityTemporarilyUnmodifiableException", "PreconditionFailedException")
}

// Explain converts an error from AWS to an *Error. doing says what failed, as
// in "creating role prod-x". An *Error and context.Canceled are returned
// unchanged.
func Explain(doing string, caller string, err error) error {
	var own *Error
	if err == nil || errors.As(err, &own) || errors.Is(err, context.Canceled) {
		return err
	}
	if IsAccessDenied(err) {
		return explainDenied(doing, caller, err)
	}
	explained := &Error{Code: CodeFailed, Message: fmt.Sprintf("%s: %s", doing, Plain(err)), Hints: HintsFor(err), Err: err}
	if action := ActionOf(err); action != "" {
		explained.Detail = append(explained.Detail, "The call was "+action+requestID(err)+".")
	}
	return explained
}

func explainDenied(doing string, caller string, err error) error {
	who := caller
	if who == "" {
		who = "the caller"
	}
	denied := &Error{
		Code:    CodeAccessDenied,
		Message: doing + ": access denied",
		Detail:  []string{fmt.Sprintf("%s lacks the permission %s.", who, cmp.Or(deniedAction(err), ActionOf(err), "for this call"))},
		Hints:   HintsFor(err),
		Err:     err,
	}
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorMessage() != "" {
		denied.Detail = append(denied.Detail, AWSReports(api.ErrorMessage()))
	}
	return denied
}

// AWSReports returns a sentence that quotes a message of AWS.
func AWSReports(message string) string {
	return fmt.Sprintf("AWS reports: %q.", strings.TrimSuffix(message, "."))
}

// WhyNot returns a clause that says why something could not be read: for access
// denied, the missing permission.
func WhyNot(err error) string {
	if missing := cmp.Or(deniedAction(err), ActionOf(err)); IsAccessDenied(err) && missing != "" {
		return "no permission for " + missing
	}
	return Plain(err)
}

// NoResponseError is the error of a call that was ended because AWS did not
// respond.
type NoResponseError struct {
	Host   string        // as in a URL; "" if the call reached no host
	Action string        // the IAM action of the call, as in "sts:AssumeRole"
	After  time.Duration // time without any response
	Err    error         // the error of the last attempt; nil if it was still waiting
}

// Error returns the message on one line.
func (e *NoResponseError) Error() string {
	text := fmt.Sprintf("no response from %s within %s", cmp.Or(e.Host, "AWS"), e.After)
	if failed, ok := errors.AsType[*url.Error](e.Err); ok {
		text += ": " + failed.Err.Error()
	}
	return text
}

// Unwrap returns the error of the last attempt.
func (e *NoResponseError) Unwrap() error { return e.Err }

// Plain returns the error's text without the prefixes that the SDK adds, and
// with the passwords in URLs masked.
func Plain(err error) string { return MaskURLs(plain(err)) }

func plain(err error) string {
	if silent, ok := errors.AsType[*NoResponseError](err); ok {
		return silent.Error()
	}
	if clause := unreadable(err); clause != "" {
		return clause
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		return fmt.Sprintf("%s: %s", api.ErrorCode(), api.ErrorMessage())
	}
	if host := silentLoopback(err); host != "" {
		return "nothing is listening at " + host
	}
	if failed, ok := errors.AsType[*url.Error](err); ok {
		return "no response from " + hostOf(failed.URL) + ": " + failed.Err.Error()
	}
	if last, ok := errors.AsType[*retry.MaxAttemptsError](err); ok {
		return plain(last.Err)
	}
	if operation, ok := errors.AsType[*smithy.OperationError](err); ok {
		return plain(operation.Err)
	}
	return err.Error()
}

func hostOf(address string) string {
	if parsed, err := url.Parse(address); err == nil {
		return parsed.Host
	}
	return "an address that is not a URL"
}

// deniedAction returns the action that AWS names when it denies access. It may
// differ from the call's: iam:PassRole when a function is given a role.
func deniedAction(err error) string {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return ""
	}
	_, named, _ := strings.Cut(api.ErrorMessage(), "is not authorized to perform: ")
	named, _, _ = strings.Cut(named, " ")
	return named
}

// ActionOf returns the IAM action of the failed call, as in "iam:CreateRole",
// or "".
func ActionOf(err error) string {
	var operation *smithy.OperationError
	if !errors.As(err, &operation) {
		return ""
	}
	return IAMAction(operation.Service(), operation.Operation())
}

// IAMAction returns the IAM action for an SDK operation (Service Authorization
// Reference).
func IAMAction(service, operation string) string {
	prefixes := map[string]string{
		"IAM": "iam", "STS": "sts", "Lambda": "lambda", "EventBridge": "events", "CloudWatch Logs": "logs", "ECS": "ecs",
		"SSO OIDC": "sso-oauth", "Resource Groups Tagging API": "tag", "Service Quotas": "servicequotas",
		"Elastic Load Balancing v2": "elasticloadbalancing", "Application Auto Scaling": "application-autoscaling",
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

// lambdaAction returns the IAM action of a Lambda operation. Two of them have
// another name.
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
