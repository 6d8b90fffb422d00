// Package local holds the commands that need no account: local, local interrupt and demo, with the local AWS that they
// serve and its services.
package local
