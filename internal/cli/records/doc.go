// Package records implements the commands logs and report, which show what a function recorded: they find its log group,
// have internal/history read it, and print the records or a summary. They change nothing, and depend on no other command.
package records
