// Package status implements the command status: it assesses the installations in the requested Regions, once or repeatedly,
// and prints the result. It changes nothing, and depends on no other command.
package status
