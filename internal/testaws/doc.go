// Package testaws provides what a test needs to observe a program's use of AWS and to inject faults: a
// [Proxy] that records every call on the wire and can make any of them fail, a moto server behind it, and
// [Dump], which describes everything in an account, using separate clients.
//
// It does not depend on the program under test, so that it is an independent check.
package testaws
