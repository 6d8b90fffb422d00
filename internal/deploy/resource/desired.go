package resource

import (
	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/handler"
)

// Release is the code that an installation runs.
type Release struct {
	Version    string // the binary's version
	CodeSHA256 string // of the zip, as Lambda's CodeSha256
	Zip        []byte // may be nil if nothing is uploaded
}

// Values that are the same in every installation.
const (
	runtime             = "provided.al2023"
	functionHandler     = "bootstrap"
	functionDescription = "Redeploys ECS services when Fargate Spot interrupts their tasks"
	asyncRetries        = 1
)

// Desired returns the state for a Spec. It is a pure function. Its errors concern limits of AWS: a record, a
// policy or a pattern that is too long.
func Desired(names Names, spec settings.Spec, release Release) (State, error) {
	if err := checkSpec(names, spec); err != nil {
		return State{}, err
	}
	record := settings.NewRecord(spec, release.Version, release.CodeSHA256)
	description, err := record.Encode()
	if err != nil {
		return State{}, err
	}
	policy, err := rolePolicy(names, spec)
	if err != nil {
		return State{}, err
	}
	want := State{
		Role:     &Role{Name: names.Role, Path: names.RolePath, Description: description, Trust: trustPolicy(), Policy: policy, Boundary: spec.Boundary, Tags: resourceTags(spec)},
		LogGroup: &LogGroup{Name: names.LogGroup, RetentionDays: spec.LogRetentionDays, KMSKey: spec.KMSKey, Tags: resourceTags(spec)},
		Function: desiredFunction(names, spec, release),
		DropTags: dropTags(spec.Dropped),
	}
	for _, each := range triggerTypes() {
		trigger, err := each.wanted(names, spec)
		if err != nil {
			return State{}, err
		}
		want.Triggers = append(want.Triggers, trigger)
	}
	want.Sign(record)
	return want, nil
}

func desiredFunction(names Names, spec settings.Spec, release Release) *Function {
	tags := resourceTags(spec)
	tags[TagVersion] = release.Version
	return &Function{
		Name:         names.Function,
		RoleARN:      names.RoleARN(),
		CodeSHA256:   release.CodeSHA256,
		Zip:          release.Zip,
		Architecture: spec.Architecture,
		Runtime:      runtime,
		Handler:      functionHandler,
		Description:  functionDescription,
		MemorySize:   spec.MemorySize,
		Timeout:      spec.Timeout,
		Environment:  variables(names, spec),
		// These levels suppress none of the function's records: LOG_LEVEL alone decides.
		Logging:             &Logging{Format: "JSON", Application: "TRACE", System: "INFO", Group: names.LogGroup},
		ReservedConcurrency: spec.ReservedConcurrency,
		Async:               Async{Set: true, MaxAge: maxEventAge, MaxRetries: asyncRetries, OnFailure: spec.OnFailure},
		Network:             Network{Subnets: spec.Subnets, SecurityGroups: spec.SecurityGroups},
		KMSKey:              spec.KMSKey,
		Tracing:             spec.Tracing,
		Storage:             defaultStorage,
		SnapStart:           snapStartOff,
		Tags:                tags,
	}
}

// variables returns the function's environment, which it reads when a sandbox starts. Metrics are off unless
// the variable is set.
func variables(names Names, spec settings.Spec) map[string]string {
	environment := map[string]string{
		handler.EnvAccount:  names.Account,
		handler.EnvLogLevel: spec.LogLevel,
		handler.EnvRedeploy: string(spec.Redeploy),
		handler.EnvCooldown: spec.Cooldown.String(),
	}
	if spec.Metrics {
		environment[handler.EnvMetrics] = "true"
	}
	return environment
}

// checkSpec rejects settings that cannot be combined, or are not available in this partition or Region.
func checkSpec(names Names, spec settings.Spec) error {
	if err := spec.Check(names.Identity); err != nil {
		return err
	}
	if names.isFunction(spec.OnFailure) {
		return apperr.Invalid("--on-failure ARN   of another destination", "--on-failure is the function itself: its failures would be sent back to it")
	}
	return nil
}
