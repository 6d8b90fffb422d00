// Package install is the commands install, upgrade and uninstall: they plan what is to change at each target, ask where that
// is needed, have internal/deploy apply it, and print what was done. It depends on no other command.
package install
