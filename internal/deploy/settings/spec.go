package settings

import (
	"maps"
	"slices"
	"time"

	"github.com/spothandler/spothandler/internal/handler"
)

// Spec holds the settings of an installation. Its values are valid once Resolve has returned it.
type Spec struct {
	Prefix              string
	FunctionName        string // without the prefix
	RuleName            string // without the prefix
	RolePath            string // IAM path of the role; it cannot be changed
	RuleState           string // ENABLED or DISABLED
	MemorySize          int    // MB
	Timeout             int    // seconds
	ReservedConcurrency int    // concurrent executions; Unreserved uses the account's pool
	LogLevel            string // DEBUG, INFO, WARNING or ERROR
	LogRetentionDays    int    // 0: never expire
	Tags                map[string]string
	Architecture        string   // arm64 or x86_64
	Clusters            []string // names, or ARNs with another form; none means every cluster
	Redeploy            handler.Mode
	Cooldown            time.Duration
	Subnets             []string // of the function's VPC; none means no VPC
	SecurityGroups      []string // of the function in the VPC
	Boundary            string   // ARN of the role's permissions boundary; "" if none
	KMSKey              string   // ARN of the key for the log group and the environment; "" uses AWS's own
	OnFailure           string   // ARN of the destination of failed invocations; "" if none
	Tracing             string   // PassThrough or Active
	Metrics             bool     // the function's records also contain CloudWatch metrics

	Dropped map[string]string // recorded tags that are no longer wanted, to be removed from the resources
}

// Unreserved is the reserved concurrency that leaves the function in the account's unreserved pool.
const Unreserved = -1

// X-Ray tracing: PassThrough follows the caller's sampling decision, Active samples requests itself (Lambda
// API, TracingConfig).
const (
	TracingPassThrough = "PassThrough"
	TracingActive      = "Active"
)

// Defaults returns the Spec of a first install without any flags.
func Defaults(prefix string) Spec {
	return Spec{
		Prefix:              prefix,
		FunctionName:        "ecs-fargate-spot-handler",
		RuleName:            "ecs-spot-interruption",
		RolePath:            DefaultRolePath,
		RuleState:           "ENABLED",
		MemorySize:          128,
		Timeout:             60,
		ReservedConcurrency: Unreserved,
		LogLevel:            "INFO",
		LogRetentionDays:    14,
		Tags:                map[string]string{},
		Architecture:        "arm64",
		Redeploy:            handler.ModeOnce,
		Cooldown:            5 * time.Minute,
		Tracing:             TracingPassThrough,
	}
}

// Clone returns a copy of the Spec that shares nothing with it.
func (s Spec) Clone() Spec {
	s.Tags = maps.Clone(s.Tags)
	s.Clusters = slices.Clone(s.Clusters)
	s.Subnets, s.SecurityGroups = slices.Clone(s.Subnets), slices.Clone(s.SecurityGroups)
	return s
}

// Acts reports whether an installation with this mode and this rule state redeploys.
func Acts(redeploy, ruleState string) bool {
	return redeploy != string(handler.ModeObserve) && ruleState == "ENABLED"
}
