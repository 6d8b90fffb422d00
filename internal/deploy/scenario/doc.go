// Package scenario tests what an installation goes through as a whole: its life, runs that end at any of their
// calls, two runs at the same time, and an AWS that refuses, is busy, or loses its answers.
package scenario
