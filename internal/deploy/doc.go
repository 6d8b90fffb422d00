// Package deploy turns a Spec into an installation in one AWS account and region.
//
// PrepareInstall and PrepareUninstall decide everything and write nothing, their Apply writes, their Verify
// looks again. Below them Desired and Plan are pure, Observe only reads, and Apply is the one place that
// writes. State is one type for what is wanted and for what was found, so a removal is a plan towards
// State{}, a dry run is a plan that is not applied, and a status is the same plan, printed.
//
// An installation is made of resources: a role, a log group, a function, and triggers, each of which is a
// permission, a rule and a target. The table in table.go lists them in the order of creation; a resource's
// own file alone knows its kind. The role is the anchor: it is created first, removed last, and its
// description holds the record of the settings.
package deploy
