// Package status is the command status: it assesses the installations of the Regions that it was asked about, once or again
// and again, and prints what it found. It changes nothing, and depends on no other command.
package status
