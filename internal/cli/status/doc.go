// Package status implements the command status. A run reads the Regions and assesses what is installed there, once or,
// with --watch, repeatedly; textPrinter and Output print the result. It changes nothing, and depends on no other command.
package status
