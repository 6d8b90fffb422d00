package localaws

import (
	"github.com/spothandler/spothandler/internal/localaws/api"
	"github.com/spothandler/spothandler/internal/localaws/ecs"
	"github.com/spothandler/spothandler/internal/localaws/events"
	"github.com/spothandler/spothandler/internal/localaws/lambda"
	"github.com/spothandler/spothandler/internal/localaws/logs"
)

// The types of other packages that the exported API uses.
type (
	// Call is one call that a client made.
	Call = api.Call
	// Permission is an action that IAM evaluated for a call.
	Permission = api.Permission
	// Error is an error response in AWS's wording.
	Error = api.Error
	// Fault makes calls fail, see [Server.Inject].
	Fault = api.Fault
	// Lag is how the index of the Resource Groups Tagging API is outdated.
	Lag = api.Lag
	// Delays are AWS's delays; with the zero value everything takes effect at once.
	Delays = api.Delays
	// LogRetention is an account-level retention policy of CloudWatch Logs.
	LogRetention = logs.Retention
	// Delivery is one event sent to one target of one rule.
	Delivery = events.Delivery
	// Service is an initial ECS service: see [Server.Seed].
	Service = ecs.Service
	// InvocationResult is the result of an invocation of a Lambda function.
	InvocationResult = lambda.InvocationResult
	// InProcess creates the handler of a function that does not run as a process, see [Options].
	InProcess = lambda.InProcess
	// Handler handles one invocation inside this process.
	Handler = lambda.Handler
)

// DefaultDelays returns delays that are long enough to be visible and short enough to wait for.
func DefaultDelays() Delays { return api.DefaultDelays() }
