package resource

import (
	"fmt"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
)

// Kind is a kind of AWS resource in an installation.
type Kind string

// The kinds of resources.
const (
	KindRole       Kind = "role"
	KindLogGroup   Kind = "log_group"
	KindFunction   Kind = "function"
	KindPermission Kind = "permission"
	KindRule       Kind = "rule"
	KindTarget     Kind = "target"
)

// Words returns the kind as words: "log group".
func (k Kind) Words() string { return strings.ReplaceAll(string(k), "_", " ") }

// ID is the identity of a resource within an account and Region.
type ID struct {
	Kind Kind   `json:"resource,omitempty"`
	Name string `json:"name,omitempty"`
}

// String returns the resource as words: "log group /aws/lambda/x".
func (id ID) String() string { return id.Kind.Words() + " " + id.Name }

// NotChecked is something that could not be checked, so nothing is known about it.
type NotChecked struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

// String returns it as a phrase.
func (n NotChecked) String() string { return "not checked: " + n.What + ": " + n.Why }

// Foreign is an addition to one of the installation's resources that spothandler did not make.
type Foreign struct {
	ID          // of the resource
	What string `json:"what"` // "attached policy arn:...", "target other", "statement AllowMe"

	remove []string // words of the AWS CLI command that removes it, without aws
}

// Describe returns the addition as a clause without a period.
func (f Foreign) Describe() string {
	return fmt.Sprintf("%s has an addition that spothandler did not make: %s", f.ID, f.What)
}

// Hint returns the command that removes the addition, with a comment. IAM has no Region.
func (f Foreign) Hint(names Names) string {
	command := []string{"aws"}
	for _, word := range f.remove {
		command = append(command, apperr.Quote(word))
	}
	if f.remove[0] != "iam" {
		command = append(command, "--region", names.Region)
	}
	return strings.Join(command, " ") + "   if it is not intended"
}

// String returns the addition as words: "rule x: target other".
func (f Foreign) String() string { return f.ID.String() + ": " + f.What }
