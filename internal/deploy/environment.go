package deploy

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/spothandler/spothandler/internal/apperr"
)

// readEnvironment tells a caller who may not decrypt the variables from a key that nobody can use: the
// first says nothing of the function, under the second no invocation works (Lambda API, EnvironmentError).
func (f *Function) readEnvironment(answer *types.EnvironmentResponse) {
	if answer == nil {
		return
	}
	f.Environment = answer.Variables
	if answer.Error != nil {
		f.Unread = failure(value(answer.Error.ErrorCode), value(answer.Error.Message))
		f.Hidden = strings.HasPrefix(value(answer.Error.ErrorCode), "AccessDenied")
	}
}

func (f *Function) environmentFields() []pair {
	var fields []pair
	if f.Unread != "" && !f.Hidden {
		fields = append(fields, pair{"environment", "cannot be decrypted: " + f.Unread})
	}
	for _, key := range sortedKeys(f.Environment) {
		fields = append(fields, pair{"environment." + key, f.Environment[key]})
	}
	return fields
}

// shownIn is what of a wanted function can be compared with what was found: emulators give no
// LoggingConfig, and an environment that is not shown has no variables to compare.
func (f *Function) shownIn(have *Function) *Function {
	if f == nil || have == nil {
		return f
	}
	shown := *f
	if have.Logging == nil {
		shown.Logging = nil
	}
	if have.Unread != "" {
		shown.Environment = nil
	}
	return &shown
}

// CheckReadable refuses to install over an environment that the caller may not decrypt: what it is set to
// could not be told from what it should be.
func (i *Installation) CheckReadable() error {
	f := i.State.Function
	if f == nil || !f.Hidden {
		return nil
	}
	return &apperr.Error{
		Code:    apperr.CodeAccessDenied,
		Message: fmt.Sprintf("reading the environment of function %s: access denied", f.Name),
		Detail:  []string{fmt.Sprintf("AWS adds: %q.", f.Unread), "Nothing was changed."},
		Hints:   []string{"allow kms:Decrypt on " + f.KMSKey},
	}
}

// unchecked says what a status could not look at.
func (i *Installation) unchecked() []string {
	if f := i.State.Function; f != nil && f.Hidden {
		return []string{"the function's environment was not checked: you may not kms:Decrypt with " + f.KMSKey}
	}
	return nil
}
