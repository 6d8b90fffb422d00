// Package testaws is what a test needs around an AWS to see and to disturb what a program does with it: a [Proxy]
// that records every call on the wire and can make any of them fail, a moto server to stand behind it, and [Dump],
// which writes down everything that an account holds, through clients of its own.
//
// It knows nothing of the program under test: a second witness, not a helper of the first.
package testaws
