// Package command provides what all commands share: the options of a run and their origins, the streams and printers, the
// connection to an account, the targets that a command works on, and the output of results and errors. It does not depend
// on any command.
package command
