// Package command is what the commands of the command line share: the options of a run and what they were read from, the
// streams and what prints on them, the way to an account, the targets that a command works on, and how its answer and its
// errors leave the program. It depends on no command.
package command
