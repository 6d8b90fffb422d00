// Package deploy turns a Spec into an installation in one AWS account and Region.
//
// PrepareInstall and PrepareUninstall make all decisions and write nothing; Apply writes and Verify observes the
// result. They find the installation by its role, its record or its tags, decide which resources belong to it, and
// resolve the settings. The wanted state, the plan and the calls that apply it are those of internal/deploy/resource.
// A dry run is a plan that is not applied, and a status is the same plan, printed.
package deploy
