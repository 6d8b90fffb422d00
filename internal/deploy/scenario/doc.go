// Package scenario tests an installation as a whole: its life cycle, runs that end at any call, two
// concurrent runs, and an AWS that denies, throttles, or loses responses.
package scenario
