// Package browsertest looks at the report's page in a real browser. It is a module of its own, so that what drives the
// browser is no dependency of the program: make browser-test runs it.
package browsertest
