// Package browsertest tests the report's page in a browser. It is a separate module, so that the program does not depend on
// the browser driver. Run it with make browser-test.
package browsertest
