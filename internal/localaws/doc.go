// Package localaws is an AWS in one process, for tests and for trying things out: the calls that spothandler, its users
// and its tests make, over the wire protocols of their services, in memory, by the rules that AWS documents, and as slow
// to settle as asked for ([Delays]). docs/local.md lists the calls; every other is refused by its name.
//
// A [Server] is an [net/http.Handler]. Any AWS client becomes its client through AWS_ENDPOINT_URL, and a Go client
// without a socket through [Server.Config], which makes it usable inside a testing/synctest bubble. An uploaded Lambda
// function is run for real: its bootstrap as a process behind the Lambda Runtime API.
//
// A request passes through in one order: identify (whose call, of which service) -> decode and check -> admit (recorded,
// faults) -> the action itself, under the server's one lock -> answer. Every action is one method of its service's
// type, listed in that service's actions table.
//
// What knows no server is in packages of its own: event patterns (eventpattern), filters and queries of logs (filter,
// insights), IAM policies (policy), and what runs a function (sandbox).
package localaws
