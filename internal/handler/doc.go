// Package handler redeploys an ECS service when AWS reclaims its Fargate Spot
// capacity.
//
// Each event is handled in the same order:
//
//	Parse(event) Interruption -> Decide(Situation) Decision -> act -> one Record
//
// Parse and Decide are pure. ECS replaces interrupted tasks by itself, and a
// forced deployment replaces every task of a service, so most of the package is
// about when not to act: gate.go is the whole table, conditions.go says when each
// of its rows holds.
//
// The words of the function are exported for whoever reads or rehearses it:
// Record is what it logs, Reasons are the gate's with their texts, ServiceFrom
// reads a service, and InterruptionEvent builds the event of an interruption.
package handler
