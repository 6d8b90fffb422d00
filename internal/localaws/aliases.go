package localaws

import (
	"github.com/spothandler/spothandler/internal/localaws/api"
	"github.com/spothandler/spothandler/internal/localaws/ecs"
	"github.com/spothandler/spothandler/internal/localaws/events"
	"github.com/spothandler/spothandler/internal/localaws/lambda"
	"github.com/spothandler/spothandler/internal/localaws/logs"
)

// What callers see of the server's parts.
type (
	// Call is one call that a client made.
	Call = api.Call
	// Permission is an action that IAM was asked about for a call.
	Permission = api.Permission
	// Error is an error response in AWS's words.
	Error = api.Error
	// Fault is trouble for some calls, see [Server.Inject].
	Fault = api.Fault
	// Lag is how far the index of the Resource Groups Tagging API is behind.
	Lag = api.Lag
	// Delays are AWS's delays; with the zero value everything takes effect at once.
	Delays = api.Delays
	// LogRetention is an account-level retention policy of CloudWatch Logs.
	LogRetention = logs.Retention
	// Delivery is an event that a rule sent to a target.
	Delivery = events.Delivery
	// Service is an initial ECS service: see [Server.Seed].
	Service = ecs.Service
	// Answer is the result of an invocation of a Lambda function.
	Answer = lambda.Answer
	// InProcess creates the handler of a function that does not run as a process, see [Options].
	InProcess = lambda.InProcess
	// Handler handles one invocation inside this process.
	Handler = lambda.Handler
)

// DefaultDelays returns delays that are long enough to be visible and short enough to wait for.
func DefaultDelays() Delays { return api.DefaultDelays() }
