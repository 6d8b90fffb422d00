// Package settings defines the settings of an installation: the table of settings with their accepted values,
// the Spec that holds them, and their record in the role's description.
//
// It does not depend on resources: package deploy converts a Spec to the wanted state.
package settings
