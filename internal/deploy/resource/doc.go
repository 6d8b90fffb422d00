// Package resource has the resources of an installation: what is wanted of them, what exists, and the changes in between.
//
// Desired and Plan are pure functions, Observe only reads, and Apply is the only place that writes. State describes
// both what is wanted and what was found, so a removal is a plan towards State{}. Which installation it is, and what
// to do with it, is decided in internal/deploy, which this package does not know.
//
// An installation consists of a role, a log group, a function, and triggers, each of which is a permission, a rule
// and a target. The table in table.go lists them in the order of creation; the details of each kind are in its own
// files only. The role identifies the installation: it is created first, deleted last, and its description holds the
// record of the settings.
package resource
