// Package simulate is the command simulate: it finds a service and an installation to rehearse an interruption with, has
// internal/simulate do it, or invokes the function for real, and prints what became of it. It depends on no other command.
package simulate
