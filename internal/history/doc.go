// Package history reads the function's records from its log group and combines them: an interruption with all
// its records, a redeployment with the interruptions that it handled and with its outcome, and the figures
// of a period.
package history
