// Package handler redeploys an ECS service when AWS reclaims its Fargate Spot
// capacity.
//
// Each event is handled in the same order:
//
//	Parse(event) Interruption -> Decide(Situation) Decision -> act -> one Record
//
// Parse and Decide are pure functions. ECS replaces interrupted tasks by
// itself, and a forced deployment replaces every task of a service, so most of
// the package decides when not to act: gate.go contains the complete table,
// conditions.go defines when each of its rows applies.
//
// The function's vocabulary is exported for other packages: Record is what it
// logs, Reasons lists the gate's reasons with their texts, ServiceFrom converts
// a service from the SDK's type, and InterruptionEvent builds the event of an
// interruption.
package handler
