// Package handler redeploys an ECS service when AWS reclaims its Fargate Spot
// capacity.
//
// One event takes one way through it:
//
//	Parse(event) Interruption -> Decide(Situation) Decision -> act -> one log record
//
// Parse and Decide are pure. ECS replaces interrupted tasks by itself and a
// forced deployment replaces every task of a service, so most of the package
// is about when not to act: gate.go holds the whole answer.
package handler
