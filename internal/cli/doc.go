// Package cli is the command line of spothandler. It registers the commands, which have packages below this one, and runs
// the one that was typed. Version and completion are here.
package cli
