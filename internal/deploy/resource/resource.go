package resource

import (
	"context"
)

// resource is one resource of an installation, as wanted or as found. Only its own file depends on its kind;
// the table in table.go lists it, and all other code uses this interface.
type resource interface {
	ID() ID
	// partOf returns the resource of which this one is a part: both are removed, recreated and left alone
	// together. The zero ID means none.
	partOf() ID
	// waves returns when the resource is created or updated, and when it is deleted.
	waves() (change, removal wave)

	// fields returns what is compared.
	fields() []pair
	// part returns the document chosen by this version of the program that a field belongs to, such as a
	// policy or a pattern, or "" if a setting alone determines the field. See written.go.
	part(path string) string
	// vital reports whether interruptions are not handled while this field differs or, if the field has no
	// path, while the resource is missing.
	vital(Field) bool
	// detail returns what a status shows after the resource's name; "" if nothing.
	detail() string

	// unowned returns why the resource does not belong to the installation with this prefix, or nil if it
	// does.
	unowned(prefix string) *Unowned
	// additions returns what others have added to the resource.
	additions() []Foreign

	create(context.Context, *runner, diff) error
	update(context.Context, *runner, diff) error
	delete(context.Context, *runner) error
}

// diff is the input of a creation or an update.
type diff struct {
	have       resource // nil if there is none
	fields     changed
	duplicates []string // what has the same effect but is not ours, to be removed
}

// wave determines when a change is applied: after all earlier waves, concurrently with the changes of its
// own. The role is created first and deleted last; while a new role propagates in IAM, the log group and the
// rules are created.
type wave int

const (
	waveDeleteTarget wave = iota
	waveDeleteRule        // and the permission
	waveDeleteFunction
	waveDeleteLogGroup // the function no longer writes to it
	waveDeleteRole
	waveRole
	wavePauseRule // a rule that is taken over
	waveReplace   // the deletion of a function that must be recreated; the log group and the rules as well
	waveFunction
	waveTarget     // and the permission
	waveTakeTarget // of a rule that is taken over: after the permission
	waveResumeRule
)

// reading is one read; doing describes it for an error.
type reading struct {
	doing string
	read  func(context.Context) error
}

// Purpose is the reason for reading, which determines what is read.
type Purpose int

// The purposes: to compare; to report, which also shows additions that an install keeps; to remove, which
// needs what exists and what others have added; and to find only what exists.
const (
	ToCompare Purpose = iota
	ToReport
	ToRemove
	ToFind
)
