package deploy

import (
	"strings"
)

// Kind is a kind of AWS resource that an installation is made of.
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

// Words returns the kind as a person writes it: "log group".
func (k Kind) Words() string { return strings.ReplaceAll(string(k), "_", " ") }

// ID is the identity of a resource within an account and region.
type ID struct {
	Kind Kind   `json:"resource,omitempty"`
	Name string `json:"name,omitempty"`
}

// String returns the resource in words: "log group /aws/lambda/x".
func (id ID) String() string { return id.Kind.Words() + " " + id.Name }

// Foreign is an addition to one of our resources that spothandler did not make.
type Foreign struct {
	ID          // of our resource
	What string `json:"what"` // "attached policy arn:...", "target other", "statement AllowMe"
}

// String returns the addition in words: "rule x: target other".
func (f Foreign) String() string { return f.ID.String() + ": " + f.What }
