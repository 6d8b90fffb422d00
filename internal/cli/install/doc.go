// Package install implements the commands install, upgrade and uninstall: they plan the changes at each target, ask for
// confirmation where that is required, have internal/deploy apply them, and print the result. It depends on no other command.
package install
