// Package local implements the commands that need no AWS account: local, local interrupt and demo, with the local AWS that
// they serve and its services.
package local
