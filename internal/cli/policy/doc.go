// Package policy implements the command policy, which prints the IAM policies of internal/deploy/callerpolicy. It depends on
// no other command.
package policy
