package api

import (
	"cmp"
	"fmt"
	"net/http"
)

// Error is an error response in AWS's wording.
type Error struct {
	Code    string // AWS's error code on the wire: IAM's have no suffix "Exception"
	Message string
	Status  int // HTTP status; 0 uses that of the code
}

// Error returns the code and the message.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// status returns the HTTP status: the code's own unless another one is set.
func (e *Error) status() int {
	if e.Status != 0 {
		return e.Status
	}
	switch e.Code {
	case "AccessDenied", "UnauthorizedOperation", "MissingAuthenticationToken", "ExpiredToken":
		return http.StatusForbidden
	case "NoSuchEntity":
		return http.StatusNotFound
	case "EntityAlreadyExists", "DeleteConflict", "LimitExceeded", "ResourceConflictException":
		return http.StatusConflict
	case "PreconditionFailedException":
		return http.StatusPreconditionFailed
	case "RequestEntityTooLargeException":
		return http.StatusRequestEntityTooLarge
	case "TooManyRequestsException":
		return http.StatusTooManyRequests
	case "InternalFailure":
		return http.StatusInternalServerError
	case "NotImplemented":
		return http.StatusNotImplemented
	case "KMSAccessDeniedException":
		return http.StatusBadGateway
	}
	return http.StatusBadRequest
}

// Refuse returns an [Error].
func Refuse(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// NotImplemented returns the error for what AWS supports and this package does not.
func NotImplemented(what string) *Error {
	return Refuse("NotImplemented", "%s is not implemented by spothandler's local AWS", what)
}

// invalidCode returns each service's code for a violation of the API model's constraints.
func invalidCode(service string) string {
	switch service {
	case "iam", "sts":
		return "ValidationError"
	case "sqs":
		return "InvalidParameterValue"
	case "sns":
		return "InvalidParameter"
	case "logs", "ecs", "ecr", "tag":
		return "InvalidParameterException"
	}
	return "ValidationException"
}

// Throttled returns each service's throttling error.
func Throttled(service string) *Error {
	switch service {
	case "iam", "sts":
		return Refuse("Throttling", "Rate exceeded")
	case "lambda", "account":
		return Refuse("TooManyRequestsException", "Rate exceeded")
	case "tag":
		return Refuse("ThrottledException", "Rate exceeded")
	}
	return Refuse("ThrottlingException", "Rate exceeded")
}

// denied returns IAM's error for denied access in each service's form.
func denied(c Call) *Error {
	code := "AccessDeniedException"
	switch c.Service {
	case "iam", "sts", "elasticloadbalancing", "cloudwatch":
		code = "AccessDenied"
	case "ec2":
		code = "UnauthorizedOperation"
	}
	e := Refuse(code, "User: %s is not authorized to perform: %s on resource: %s because no identity-based policy allows the %s action",
		c.Principal, c, cmp.Or(c.Resource, "*"), c)
	if c.Service == "lambda" || c.Service == "account" {
		e.Status = http.StatusForbidden
	}
	return e
}
