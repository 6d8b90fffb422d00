// Package deploy turns a Spec into an installation in one AWS account and Region.
//
// PrepareInstall and PrepareUninstall make all decisions and write nothing; Apply writes and Verify observes the
// result. They find the installation that is meant by its role, its record or its tags, say whose each resource is,
// and resolve the settings. The wanted state, the plan and the calls that carry it out are those of
// internal/deploy/resource. A dry run is a plan that is not applied, and a status is the same plan, printed.
package deploy
