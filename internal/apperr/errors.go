// Package apperr defines the error that a user can act on, and says what the errors of AWS mean and what to do
// about them.
package apperr

import "fmt"

// Codes of an Error, for programs: they stand as "code" in JSON.
const (
	CodeInvalid      = "invalid_setting"
	CodeNotOurs      = "not_ours"
	CodeForeign      = "foreign_additions"
	CodeAccessDenied = "access_denied"
	CodeRenamed      = "other_names"
	CodeSamePrefix   = "same_prefix"
	CodeNewer        = "newer_installation"
	CodeNotSettled   = "not_settled"
	CodeInterrupted  = "interrupted"
	CodeFailed       = "failed"

	// CodeNoConcurrency means that the account has no executions left to reserve.
	CodeNoConcurrency = "no_concurrency"
)

// Error is an error that a user can act on: it names the object, and its hints can be pasted.
type Error struct {
	Code    string
	Message string   // one line: gerund, object, cause
	Detail  []string // further lines, sentences
	Hints   []string // what to do next: a command, or what a flag does
	Err     error    // the cause, for errors.Is and errors.As; already part of Message where it matters
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Invalid returns an error about a value that is not accepted; hint says what is.
func Invalid(hint, format string, args ...any) *Error {
	return &Error{Code: CodeInvalid, Message: fmt.Sprintf(format, args...), Hints: []string{hint}}
}
