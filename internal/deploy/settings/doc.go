// Package settings holds what an installation can be asked to be: the table of its settings with what
// each accepts, the Spec they fill, and the record of it in the role's description.
//
// It knows nothing of resources: package deploy turns a Spec into the state to reach.
package settings
