package localaws

import (
	"fmt"
	"net/http"
)

// Error is an answer that refuses a call, as AWS would word it.
type Error struct {
	Code    string // AWS's name of the error, as in its wire protocol: IAM's have no "Exception" at the end
	Message string
	Status  int // HTTP status; 0 is the code's own
}

// Error returns the code and the message.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// status is the HTTP status: the code's own where no other is asked for.
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

// refuse returns an [Error].
func refuse(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// notHere refuses what AWS does and this package does not.
func notHere(what string) *Error {
	return refuse("NotImplemented", "%s is not implemented by spothandler's local AWS", what)
}

// invalidCode is what each service calls a parameter that breaks the API model's constraints.
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

// throttled is each service's own way to say "too fast".
func throttled(service string) *Error {
	switch service {
	case "iam", "sts":
		return refuse("Throttling", "Rate exceeded")
	case "lambda", "account":
		return refuse("TooManyRequestsException", "Rate exceeded")
	case "tag":
		return refuse("ThrottledException", "Rate exceeded")
	}
	return refuse("ThrottlingException", "Rate exceeded")
}

// denied is how IAM's refusal reads in each service's answer.
func denied(c Call) *Error {
	code := "AccessDeniedException"
	switch c.Service {
	case "iam", "sts", "elasticloadbalancing", "cloudwatch":
		code = "AccessDenied"
	case "ec2":
		code = "UnauthorizedOperation"
	}
	e := refuse(code, "User: %s is not authorized to perform: %s on resource: %s because no identity-based policy allows the %s action",
		c.Principal, c, orDefault(c.Resource, "*"), c)
	if c.Service == "lambda" || c.Service == "account" {
		e.Status = http.StatusForbidden
	}
	return e
}
