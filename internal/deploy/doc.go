// Package deploy turns a Spec into an installation in one AWS account and region:
// Spec -> Desired -> Observe -> Plan -> Apply.
//
// Desired and Plan are pure, Observe only reads, Apply is the one place that writes. State is one
// type for what is wanted and for what was found, so a removal is a plan towards State{}, a dry run
// is a plan that is not applied, and a status is the same plan, printed.
//
// An installation is six resources (role, log group, function, permission, rule, target). The role is
// its anchor: it is created first, removed last, and its description holds the Record of the settings.
package deploy
