package settings

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/session"
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

// Value is a setting as the user gave it.
type Value struct {
	Texts  []string // one, or several for a list
	Source string   // for errors: "--memory-size", "SPOTHANDLER_MEMORY_SIZE", "spothandler.yaml: memory-size"
}

// Given holds the settings that the user gave, by Setting.Name. Other settings keep their value.
type Given map[string]Value

// Text returns the given value of a setting with a single value, or "".
func (g Given) Text(name string) string {
	value, ok := g[name]
	if !ok || len(value.Texts) == 0 {
		return ""
	}
	return value.Texts[len(value.Texts)-1]
}

// Apply applies the given settings to the Spec. The error names the source and the accepted values.
func (g Given) Apply(spec *Spec) error {
	for _, setting := range All() {
		value, ok := g[setting.Name]
		if !ok {
			continue
		}
		if !setting.List && len(value.Texts) != 1 {
			return refuse(value.Source, strings.Join(value.Texts, ","), setting.Accepted)
		}
		if err := setting.Set(spec, value.Source, value.Texts); err != nil {
			return err
		}
	}
	return nil
}

// Check validates the given settings, including names, without any AWS call. Empty fields of the identity are unknown and
// not checked.
func (g Given) Check(id session.Identity, prefix string) error {
	spec := Defaults(prefix)
	if err := g.Apply(&spec); err != nil {
		return err
	}
	if err := spec.CheckPlaces(id); err != nil {
		return err
	}
	if err := checkClusters(id, spec.Clusters); err != nil {
		return err
	}
	_, subnets := g["vpc-subnet"]
	_, groups := g["vpc-security-group"]
	if subnets && groups { // one alone may complement the recorded one
		if err := spec.checkNetwork(); err != nil {
			return err
		}
	}
	return CheckNames(id.Region, prefix, g.Text("function-name"), g.Text("rule-name"))
}

// Clone returns a copy of the Spec that shares nothing with it.
func (s Spec) Clone() Spec {
	s.Tags = maps.Clone(s.Tags)
	s.Clusters = slices.Clone(s.Clusters)
	s.Subnets, s.SecurityGroups = slices.Clone(s.Subnets), slices.Clone(s.SecurityGroups)
	return s
}
