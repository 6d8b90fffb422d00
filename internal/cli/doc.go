// Package cli is the command line of spothandler: it names the commands, each in a package of its own below this one, and
// runs the one that was typed. Commands that need little are here: config, policy, version and completion.
package cli
