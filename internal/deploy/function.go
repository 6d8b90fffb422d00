package deploy

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// FunctionAPI is what an installation needs of Lambda, the resource policy included.
type FunctionAPI interface {
	CreateFunction(context.Context, *lambda.CreateFunctionInput, ...func(*lambda.Options)) (*lambda.CreateFunctionOutput, error)
	GetFunction(context.Context, *lambda.GetFunctionInput, ...func(*lambda.Options)) (*lambda.GetFunctionOutput, error)
	UpdateFunctionCode(context.Context, *lambda.UpdateFunctionCodeInput, ...func(*lambda.Options)) (*lambda.UpdateFunctionCodeOutput, error)
	UpdateFunctionConfiguration(context.Context, *lambda.UpdateFunctionConfigurationInput, ...func(*lambda.Options)) (*lambda.UpdateFunctionConfigurationOutput, error)
	DeleteFunction(context.Context, *lambda.DeleteFunctionInput, ...func(*lambda.Options)) (*lambda.DeleteFunctionOutput, error)
	PutFunctionConcurrency(context.Context, *lambda.PutFunctionConcurrencyInput, ...func(*lambda.Options)) (*lambda.PutFunctionConcurrencyOutput, error)
	DeleteFunctionConcurrency(context.Context, *lambda.DeleteFunctionConcurrencyInput, ...func(*lambda.Options)) (*lambda.DeleteFunctionConcurrencyOutput, error)
	GetFunctionEventInvokeConfig(context.Context, *lambda.GetFunctionEventInvokeConfigInput, ...func(*lambda.Options)) (*lambda.GetFunctionEventInvokeConfigOutput, error)
	PutFunctionEventInvokeConfig(context.Context, *lambda.PutFunctionEventInvokeConfigInput, ...func(*lambda.Options)) (*lambda.PutFunctionEventInvokeConfigOutput, error)
	GetAccountSettings(context.Context, *lambda.GetAccountSettingsInput, ...func(*lambda.Options)) (*lambda.GetAccountSettingsOutput, error)
	TagResource(context.Context, *lambda.TagResourceInput, ...func(*lambda.Options)) (*lambda.TagResourceOutput, error)
	UntagResource(context.Context, *lambda.UntagResourceInput, ...func(*lambda.Options)) (*lambda.UntagResourceOutput, error)
	GetPolicy(context.Context, *lambda.GetPolicyInput, ...func(*lambda.Options)) (*lambda.GetPolicyOutput, error)
	AddPermission(context.Context, *lambda.AddPermissionInput, ...func(*lambda.Options)) (*lambda.AddPermissionOutput, error)
	RemovePermission(context.Context, *lambda.RemovePermissionInput, ...func(*lambda.Options)) (*lambda.RemovePermissionOutput, error)
}

var _ FunctionAPI = (*lambda.Client)(nil)

// getFunction gives the function; nil where there is none.
func getFunction(ctx context.Context, api FunctionAPI, name string) (*Function, error) {
	answer, err := api.GetFunction(ctx, &lambda.GetFunctionInput{FunctionName: &name})
	if apperr.IsNotFound(err) {
		return nil, nil //nolint:nilnil // absent is an answer, and nil is its form in State
	}
	if err != nil {
		return nil, err
	}
	if answer.TagsError != nil { // without lambda:ListTags nobody can tell whose function it is
		return nil, &apperr.Error{
			Code:    apperr.CodeAccessDenied,
			Message: fmt.Sprintf("reading the tags of function %s: access denied", name),
			Detail:  []string{fmt.Sprintf("AWS adds: %q.", value(answer.TagsError.Message))},
			Hints:   []string{"allow lambda:ListTags: it tells whether the function is ours"},
		}
	}
	if answer.Configuration == nil {
		return nil, fmt.Errorf("the answer about function %s has no configuration in it", name)
	}
	function := fromConfiguration(answer.Configuration)
	function.Tags = answer.Tags
	if answer.Concurrency != nil && answer.Concurrency.ReservedConcurrentExecutions != nil {
		function.ReservedConcurrency = int(*answer.Concurrency.ReservedConcurrentExecutions)
	}
	return function, nil
}

func fromConfiguration(c *types.FunctionConfiguration) *Function {
	function := &Function{
		Name:                value(c.FunctionName),
		RoleARN:             value(c.Role),
		CodeSHA256:          value(c.CodeSha256),
		Architecture:        string(types.ArchitectureX8664), // here and below: Lambda's default where the answer has none
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
	// LastModified has its own form of ISO 8601 (Lambda API, FunctionConfiguration).
	if modified, err := time.Parse("2006-01-02T15:04:05.999-0700", value(c.LastModified)); err == nil {
		function.Modified = modified
	}
	return function
}

// fromLogging fills in what an answer leaves out: text, the group of the function's name, and, in JSON,
// the level INFO (Lambda API, LoggingConfig).
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
	answer, err := api.GetFunctionEventInvokeConfig(ctx, &lambda.GetFunctionEventInvokeConfigInput{FunctionName: &name})
	if apperr.IsNotFound(err) {
		return Async{}, nil
	}
	if err != nil {
		return Async{}, err
	}
	async := Async{
		Set:        true,
		MaxAge:     int(valueOr(answer.MaximumEventAgeInSeconds, 21600)), // Lambda's defaults
		MaxRetries: int(valueOr(answer.MaximumRetryAttempts, 2)),
	}
	async.OnFailure, async.OnSuccess = fromDestinations(answer.DestinationConfig)
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

// settlingState is the state of a function that is there and not ready: what becomes of it is not known yet.
const settlingState = "not ready yet"

// state is what is wrong with the function itself; "" is fine.
func (f *Function) state() string {
	if f.Failed == "" && f.Settling {
		return settlingState
	}
	return f.Failed
}

func (f *Function) fields() []pair {
	fields := []pair{
		{"state", f.state()},
		{"code", f.CodeSHA256},
		{"architecture", f.Architecture},
		{"runtime", f.Runtime},
		{"handler", f.Handler},
		{"description", f.Description},
		{"role", f.RoleARN},
		{"memory_size", decimal(f.MemorySize)},
		{"timeout", decimal(f.Timeout)},
		{"reserved_concurrency", decimal(f.ReservedConcurrency)},
	}
	fields = append(fields, f.environmentFields()...)
	if l := f.Logging; l != nil {
		fields = append(fields, pair{"logging.format", l.Format}, pair{"logging.application_level", l.Application},
			pair{"logging.system_level", l.System}, pair{"logging.group", l.Group})
	}
	if f.Async.Set {
		fields = append(fields, pair{"async.max_event_age", decimal(f.Async.MaxAge)}, pair{"async.max_retries", decimal(f.Async.MaxRetries)},
			pair{"async.on_failure", f.Async.OnFailure}, pair{"async.on_success", f.Async.OnSuccess})
	}
	fields = append(fields, f.Network.fields()...)
	fields = append(fields, pair{"kms_key", f.KMSKey}, pair{"tracing", f.Tracing})
	return append(fields, tagFields(f.Tags)...)
}
