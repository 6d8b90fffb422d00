// Package api is what the services of the local AWS have in common: a server that speaks the wire protocols of
// AWS, checks and authorizes requests, and keeps the journal of calls and the faults. It knows no service;
// [Server.Assemble] adds them.
//
// A request is processed in this order: identify (caller and service) -> decode and check -> admit (journal,
// faults, authorization) -> the action itself, under the server's lock -> response. Every action is one
// method of its service's type, listed in that service's actions table; [Op], [On], [Show], [Change], [Free]
// and [TagCalls] make actions of methods.
package api
