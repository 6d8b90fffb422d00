package api

import "time"

// Delays are AWS's delays; with the zero value everything takes effect at once.
type Delays struct {
	RoleSeen       time.Duration // until IAM finds a new role, and as long again until it returns its ARN
	RoleUsable     time.Duration // until Lambda can assume a new role, or one with a new trust policy
	FunctionSeen   time.Duration // until Lambda finds a new function
	FunctionActive time.Duration // a new function's time in state Pending
	FunctionUpdate time.Duration // an update's time in progress, during which other updates are rejected
	FunctionDelete time.Duration // a deleted function's time in state Deleting
	RuleEffective  time.Duration // until a new or changed rule matches events
	Task           time.Duration // an ECS task's time in each state while starting and stopping
	AsyncRetry     time.Duration // Lambda's first wait before it retries a failed event, doubled each time; 1 minute in AWS
}

// DefaultDelays returns delays that are long enough to be visible and short enough to wait for.
func DefaultDelays() Delays {
	return Delays{
		RoleUsable:     1500 * time.Millisecond,
		FunctionActive: 500 * time.Millisecond,
		FunctionUpdate: 300 * time.Millisecond,
		FunctionDelete: 200 * time.Millisecond,
		RuleEffective:  200 * time.Millisecond,
		Task:           500 * time.Millisecond,
		AsyncRetry:     2 * time.Second,
	}
}
