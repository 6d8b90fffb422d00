// Package deploy turns a Spec into an installation in one AWS account and Region.
//
// PrepareInstall and PrepareUninstall make all decisions and write nothing; Apply writes and Verify observes
// the result. Below them Desired and Plan are pure functions, Observe only reads, and Apply is the only place
// that writes. State describes both what is wanted and what was found, so a removal is a plan towards
// State{}, a dry run is a plan that is not applied, and a status is the same plan, printed.
//
// An installation consists of resources: a role, a log group, a function, and triggers, each of which is a
// permission, a rule and a target. The table in table.go lists them in the order of creation; the details of
// each kind are in its own file only. The role identifies the installation: it is created first, deleted
// last, and its description holds the record of the settings.
package deploy
