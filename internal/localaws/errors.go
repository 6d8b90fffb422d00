package localaws

import (
	"fmt"
	"net/http"
)

// Error is an answer that refuses a call, as AWS would word it.
type Error struct {
	Code    string // AWS's name of the error, as in its wire protocol: IAM's have no "Exception" at the end
	Message string
	Status  int // HTTP status; 0 is 400
}

// Error gives the code and the message.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// status is the HTTP status, with its default.
func (e *Error) status() int {
	if e.Status == 0 {
		return http.StatusBadRequest
	}
	return e.Status
}

// refuse gives an [Error] with status 400.
func refuse(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// refuseWith gives an [Error] with another status.
func refuseWith(status int, code, format string, args ...any) *Error {
	return &Error{Status: status, Code: code, Message: fmt.Sprintf(format, args...)}
}

// invalidCode is what each service calls a parameter that breaks the API model's constraints.
func invalidCode(service string) string {
	switch service {
	case "iam", "sts":
		return "ValidationError"
	case "logs", "ecs":
		return "InvalidParameterException"
	}
	return "ValidationException"
}

// throttled is each service's own way to say "too fast".
func throttled(service string) *Error {
	switch service {
	case "iam", "sts":
		return refuse("Throttling", "Rate exceeded")
	case "lambda":
		return refuseWith(http.StatusTooManyRequests, "TooManyRequestsException", "Rate exceeded")
	}
	return refuse("ThrottlingException", "Rate exceeded")
}

// denied is how IAM's refusal reads in each service's answer.
func denied(c Call) *Error {
	code, resource := "AccessDeniedException", c.Resource
	if c.Service == "iam" || c.Service == "sts" {
		code = "AccessDenied"
	}
	if resource == "" {
		resource = "*"
	}
	name := c.Service + ":" + c.Action
	e := refuse(code, "User: %s is not authorized to perform: %s on resource: %s because no identity-based policy allows the %s action",
		c.Principal, name, resource, name)
	if c.Service == "iam" || c.Service == "sts" || c.Service == "lambda" {
		e.Status = http.StatusForbidden
	}
	return e
}
