// Package apperr defines the error that users can act on, interprets the errors
// of AWS, and provides hints for them.
package apperr

import "fmt"

// Codes of an Error, for programs: the value of "code" in JSON.
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

	// CodeNoConcurrency means that the account has no concurrent executions
	// left to reserve.
	CodeNoConcurrency = "no_concurrency"
)

// Error is an error that users can act on: it names the object, and its hints
// can be pasted into a shell.
type Error struct {
	Code    string
	Message string   // one line: gerund, object, cause
	Detail  []string // more lines, in sentences
	Hints   []string // what to do next: a command, or a flag with its effect
	Err     error    // the cause, for errors.Is and errors.As; Message already contains it if it matters
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Invalid returns an error about a value that is not accepted; hint names the
// accepted values.
func Invalid(hint, format string, args ...any) *Error {
	return &Error{Code: CodeInvalid, Message: fmt.Sprintf(format, args...), Hints: []string{hint}}
}
