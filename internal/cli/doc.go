// Package cli is the command line of spothandler, one file a command: it parses what was typed, calls
// what does the work, and prints the result.
package cli
