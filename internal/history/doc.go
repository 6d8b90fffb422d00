// Package history reads the function's records out of its log group and puts them together: an
// interruption with all its records, a redeployment with the interruptions that it answered and with what
// became of it, and the figures of a period.
package history
