// Package cli is the command line of spothandler. It registers the commands, most of which have their own package below
// this one, and runs the one that was typed. The smaller ones are in this package: config, policy, version and completion.
package cli
