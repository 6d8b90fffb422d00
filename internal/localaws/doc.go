// Package localaws is an AWS in one process, for tests and for trying things out: the calls that spothandler, its
// users and its tests make, over the wire protocols of their services, in memory, with AWS's documented behavior and
// configurable delays ([Delays]). docs/local.md lists the calls; every other call is rejected by name.
//
// A [Server] is an [net/http.Handler]. Any AWS client can use it through AWS_ENDPOINT_URL, and a Go client
// without a socket through [Server.Config], also inside a testing/synctest bubble. An uploaded Lambda
// function is really run: its bootstrap as a process behind the Lambda Runtime API.
//
// The package api is the server without its services: requests, protocols, authorization, journal and faults. Each
// service depends on it, and on no other service: it declares an interface for what it needs from one, and this
// package connects them ([New]). Code that does not depend on the server is in separate packages: event patterns
// (eventpattern), filters and queries of logs (filter, insights), IAM policies (policy), and running a function
// (sandbox).
package localaws
