package resource

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// functionObserver reads the function, its resource policy, its asynchronous invocation settings (unless it
// is to be removed), and what others can add to it.
type functionObserver struct {
	function   *Function
	async      Async
	statements []*Permission
	additions  additionsObserver
}

func (o *functionObserver) readings(clients Clients, names Names, why Purpose) []reading {
	readings := []reading{
		{"reading function " + names.Function, func(ctx context.Context) (err error) {
			o.function, err = getFunction(ctx, clients.Lambda, names.Function)
			return err
		}},
		{"reading the resource policy of function " + names.Function, func(ctx context.Context) (err error) {
			o.statements, err = getStatements(ctx, clients.Lambda, names.Function)
			return err
		}},
	}
	readings = append(readings, o.additions.readings(clients, names, why)...)
	if why == ToRemove || why == ToFind {
		return readings
	}
	return append(readings, reading{"reading the async configuration of function " + names.Function, func(ctx context.Context) (err error) {
		o.async, err = getAsync(ctx, clients.Lambda, names.Function)
		return err
	}})
}

// found returns the function with everything that belongs to it, or nil. Statements of the resource policy
// that a trigger knows belong to the trigger; the rest was added by others.
func (o *functionObserver) found(triggers []Trigger) *Function {
	if o.function == nil {
		return nil
	}
	o.function.Async = o.async
	o.additions.addTo(o.function)
	for _, statement := range o.statements {
		if !slices.ContainsFunc(triggers, func(t Trigger) bool { return t.knows(statement.Sid) }) {
			o.function.Statements = append(o.function.Statements, statement.Sid)
		}
	}
	return o.function
}

// getFunction returns the function, or nil if there is none.
func getFunction(ctx context.Context, api FunctionAPI, name string) (*Function, error) {
	response, err := api.GetFunction(ctx, &lambda.GetFunctionInput{FunctionName: &name})
	if apperr.IsNotFound(err) {
		return nil, nil //nolint:nilnil // nil means absent, as in State
	}
	if err != nil {
		return nil, err
	}
	if response.TagsError != nil { // Without lambda:ListTags the owner is unknown
		return nil, &apperr.Error{
			Code:    apperr.CodeAccessDenied,
			Message: fmt.Sprintf("reading the tags of function %s: access denied", name),
			Detail:  []string{apperr.AWSReports(value(response.TagsError.Message))},
			Hints:   []string{"allow lambda:ListTags: tags show which installation a function belongs to"},
		}
	}
	if response.Configuration == nil {
		return nil, fmt.Errorf("the response of GetFunction for %s has no configuration", name)
	}
	function := fromConfiguration(name, response.Configuration)
	function.Tags = response.Tags
	if response.Concurrency != nil && response.Concurrency.ReservedConcurrentExecutions != nil {
		function.ReservedConcurrency = int(*response.Concurrency.ReservedConcurrentExecutions)
	}
	return function, nil
}

func fromConfiguration(name string, c *types.FunctionConfiguration) *Function {
	function := &Function{
		Name:                name,
		RoleARN:             value(c.Role),
		CodeSHA256:          value(c.CodeSha256),
		Architecture:        string(types.ArchitectureX8664), // here and below: Lambda's default if the response has no value
		Runtime:             string(c.Runtime),
		Handler:             value(c.Handler),
		Description:         value(c.Description),
		MemorySize:          int(valueOr(c.MemorySize, 128)),
		Timeout:             int(valueOr(c.Timeout, 3)),
		ReservedConcurrency: settings.Unreserved,
		Broken:              c.State == types.StateFailed,
		Deleting:            c.State == types.StateDeleting,
		Settling:            c.State == types.StatePending || c.LastUpdateStatus == types.LastUpdateStatusInProgress,
	}
	if len(c.Architectures) > 0 {
		function.Architecture = string(c.Architectures[0])
	}
	function.Network, function.KMSKey, function.Tracing = fromVPC(c.VpcConfig), value(c.KMSKeyArn), fromTracing(c.TracingConfig)
	function.readAdded(c)
	function.readEnvironment(c.Environment)
	if l := c.LoggingConfig; l != nil {
		function.Logging = fromLogging(l, function.Name)
	}
	switch {
	case c.State == types.StateFailed:
		function.Failed = "Failed: " + failure(string(c.StateReasonCode), value(c.StateReason))
	case c.LastUpdateStatus == types.LastUpdateStatusFailed:
		function.Failed = "last update failed: " + failure(string(c.LastUpdateStatusReasonCode), value(c.LastUpdateStatusReason))
	}
	// LastModified has a variant of ISO 8601 (Lambda API, FunctionConfiguration).
	if modified, err := time.Parse("2006-01-02T15:04:05.999-0700", value(c.LastModified)); err == nil {
		function.Modified = modified
	}
	return function
}

// Lambda's defaults for what no setting controls (Lambda API, EphemeralStorage and SnapStart).
const (
	defaultStorage = 512 // MB
	snapStartOff   = string(types.SnapStartApplyOnNone)
)

// readAdded reads the configuration that others can add and that an update removes.
func (f *Function) readAdded(c *types.FunctionConfiguration) {
	f.Storage, f.SnapStart = defaultStorage, snapStartOff
	if c.EphemeralStorage != nil {
		f.Storage = int(valueOr(c.EphemeralStorage.Size, defaultStorage))
	}
	if c.SnapStart != nil {
		f.SnapStart = cmp.Or(string(c.SnapStart.ApplyOn), snapStartOff)
	}
	if c.DeadLetterConfig != nil {
		f.DeadLetters = value(c.DeadLetterConfig.TargetArn)
	}
	for _, layer := range c.Layers {
		f.Layers = append(f.Layers, value(layer.Arn))
	}
	for _, system := range c.FileSystemConfigs {
		f.FileSystems = append(f.FileSystems, value(system.Arn))
	}
}

// fromLogging sets the defaults that a response leaves out: text, the log group named after the function,
// and, for JSON, the level INFO (Lambda API, LoggingConfig).
func fromLogging(l *types.LoggingConfig, function string) *Logging {
	logging := &Logging{
		Format:      cmp.Or(string(l.LogFormat), string(types.LogFormatText)),
		Application: string(l.ApplicationLogLevel),
		System:      string(l.SystemLogLevel),
		Group:       cmp.Or(value(l.LogGroup), "/aws/lambda/"+function),
	}
	if l.LogFormat == types.LogFormatJson {
		logging.Application = cmp.Or(logging.Application, string(types.ApplicationLogLevelInfo))
		logging.System = cmp.Or(logging.System, string(types.SystemLogLevelInfo))
	}
	return logging
}

func fromTracing(tracing *types.TracingConfigResponse) string {
	if tracing == nil {
		return settings.TracingPassThrough
	}
	return cmp.Or(string(tracing.Mode), settings.TracingPassThrough)
}

func failure(code, reason string) string {
	return strings.Trim(code+", "+reason, ", ")
}

func getAsync(ctx context.Context, api FunctionAPI, name string) (Async, error) {
	response, err := api.GetFunctionEventInvokeConfig(ctx, &lambda.GetFunctionEventInvokeConfigInput{FunctionName: &name})
	if apperr.IsNotFound(err) {
		return Async{}, nil
	}
	if err != nil {
		return Async{}, err
	}
	async := Async{
		Set:        true,
		MaxAge:     int(valueOr(response.MaximumEventAgeInSeconds, 21600)), // Lambda's defaults
		MaxRetries: int(valueOr(response.MaximumRetryAttempts, 2)),
	}
	async.OnFailure, async.OnSuccess = fromDestinations(response.DestinationConfig)
	return async, nil
}

func fromDestinations(destinations *types.DestinationConfig) (onFailure, onSuccess string) {
	if destinations == nil {
		return "", ""
	}
	if destinations.OnFailure != nil {
		onFailure = value(destinations.OnFailure.Destination)
	}
	if destinations.OnSuccess != nil {
		onSuccess = value(destinations.OnSuccess.Destination)
	}
	return onFailure, onSuccess
}

// fromVPC converts a response; a function outside of a VPC has none, or one with empty lists.
func fromVPC(vpc *types.VpcConfigResponse) Network {
	if vpc == nil {
		return Network{}
	}
	return Network{Subnets: slices.Sorted(slices.Values(vpc.SubnetIds)), SecurityGroups: slices.Sorted(slices.Values(vpc.SecurityGroupIds))}
}

// readEnvironment distinguishes a caller who may not decrypt the variables from a key that cannot be used:
// the first says nothing about the function, with the second every invocation fails (Lambda API,
// EnvironmentError).
func (f *Function) readEnvironment(response *types.EnvironmentResponse) {
	if response == nil {
		return
	}
	f.Environment = response.Variables
	if response.Error != nil {
		f.Unread = failure(value(response.Error.ErrorCode), value(response.Error.Message))
		f.Hidden = strings.HasPrefix(value(response.Error.ErrorCode), "AccessDenied")
	}
}
