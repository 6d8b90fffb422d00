// Package simulate implements the command simulate: it finds a service and an installation to rehearse an interruption with,
// has internal/simulate rehearse it, or invokes the function for real, and prints the result. It depends on no other command.
package simulate
