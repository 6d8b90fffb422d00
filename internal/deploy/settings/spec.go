package settings

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/session"
)

// Spec is what an installation is asked to be. Its values are valid once Resolve has returned it.
type Spec struct {
	Prefix              string
	FunctionName        string // without the prefix
	RuleName            string // without the prefix
	RolePath            string // IAM path of the role; it never changes
	RuleState           string // ENABLED or DISABLED
	MemorySize          int    // MB
	Timeout             int    // seconds
	ReservedConcurrency int    // executions; Unreserved takes from the account's pool
	LogLevel            string // DEBUG, INFO, WARNING or ERROR
	LogRetentionDays    int    // 0 never expires
	Tags                map[string]string
	Architecture        string   // arm64 or x86_64
	Clusters            []string // names, or ARNs of another form; none means every cluster
	Redeploy            handler.Mode
	Cooldown            time.Duration
	Subnets             []string // of a VPC to run the function in; none means outside of any
	SecurityGroups      []string // of the function in the VPC
	Boundary            string   // ARN of the role's permissions boundary; "" is none
	KMSKey              string   // ARN of the key for the log group and the environment; "" is AWS's own
	OnFailure           string   // ARN of what hears of failed invocations; "" is nobody
	Tracing             string   // PassThrough or Active
	Metrics             bool     // the function's records are CloudWatch metrics as well

	Dropped map[string]string // recorded tags that are wanted no longer, to be taken off the resources
}

// Unreserved as a reserved concurrency means that the function takes from the account's pool.
const Unreserved = -1

// Defaults is the Spec of a first install without any flag.
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

// Given holds the settings that the user gave, by Setting.Name. What is not in it is not asked for.
type Given map[string]Value

// Text returns the given value of a setting that takes one, or "".
func (g Given) Text(name string) string {
	value, ok := g[name]
	if !ok || len(value.Texts) == 0 {
		return ""
	}
	return value.Texts[len(value.Texts)-1]
}

// Apply sets what was given on the Spec. The error names the source and what is accepted.
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

// Check validates what was given without any AWS call, names included.
func (g Given) Check(region, prefix string) error {
	spec := Defaults(prefix)
	if err := g.Apply(&spec); err != nil {
		return err
	}
	if err := spec.checkPlaces(session.Identity{Region: region}); err != nil {
		return err
	}
	_, subnets := g["vpc-subnet"]
	_, groups := g["vpc-security-group"]
	if subnets && groups { // one alone may go with what is recorded
		if err := spec.checkNetwork(); err != nil {
			return err
		}
	}
	return CheckNames(region, prefix, g.Text("function-name"), g.Text("rule-name"))
}

// Clone copies the Spec so that the copy shares nothing with it.
func (s Spec) Clone() Spec {
	s.Tags = maps.Clone(s.Tags)
	s.Clusters = slices.Clone(s.Clusters)
	s.Subnets, s.SecurityGroups = slices.Clone(s.Subnets), slices.Clone(s.SecurityGroups)
	return s
}
