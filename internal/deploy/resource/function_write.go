package resource

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

func (f *Function) create(ctx context.Context, r *runner, _ diff) error {
	input := &lambda.CreateFunctionInput{
		FunctionName:  &f.Name,
		Role:          &f.RoleARN,
		Code:          &types.FunctionCode{ZipFile: f.Zip},
		PackageType:   types.PackageTypeZip,
		Runtime:       types.Runtime(f.Runtime),
		Handler:       &f.Handler,
		Description:   &f.Description,
		Architectures: []types.Architecture{types.Architecture(f.Architecture)},
		MemorySize:    int32Ptr(f.MemorySize),
		Timeout:       int32Ptr(f.Timeout),
		Environment:   &types.Environment{Variables: f.Environment},
		LoggingConfig: f.Logging.toLambda(),
		VpcConfig:     f.Network.orNil(),
		KMSKeyArn:     stringOrNil(f.KMSKey),
		TracingConfig: &types.TracingConfig{Mode: types.TracingMode(f.Tracing)},
		Tags:          f.Tags,
	}
	var refused lasting
	err := r.retry(ctx, waitForRole(), func() error {
		_, err := r.Lambda.CreateFunction(ctx, input)
		return f.checkRole(ctx, r, &refused, f.takeCreated(ctx, r, err))
	})
	if err != nil {
		return err
	}
	return runSteps(
		step{true, func() error { return f.waitForSettled(ctx, r) }},
		step{f.ReservedConcurrency != settings.Unreserved, func() error { return f.setConcurrency(ctx, r) }},
		step{true, func() error { return f.setAsync(ctx, r) }},
	)
}

// takeCreated continues with an existing function that is ours and has this code: the response of an earlier
// attempt was lost. The error is the same as for any conflict, so only reading the function can tell.
func (f *Function) takeCreated(ctx context.Context, r *runner, err error) error {
	if !apperr.HasCode(err, "ResourceConflictException") {
		return err
	}
	have, lookErr := getFunction(ctx, r.Lambda, f.Name)
	if lookErr != nil || have == nil || have.Deleting {
		return err
	}
	if HasOwnTags(have.Tags, r.names.Prefix) && have.CodeSHA256 == f.CodeSHA256 {
		return nil
	}
	return UnownedError([]Unowned{{ID: f.ID(), Why: "It was created while this install was running."}}, false)
}

// checkRole returns an error if a function cannot get its role because the role was deleted: Lambda reports that like
// a role that it does not see yet. refused is how long Lambda has refused the role.
func (f *Function) checkRole(ctx context.Context, r *runner, refused *lasting, err error) error {
	if !refused.observe(isRolePropagating(err)) {
		return err
	}
	if role, readErr := getRole(ctx, r.IAM, r.names.Role); readErr == nil && role == nil {
		return gone(ID{KindRole, r.names.Role}, nil)
	}
	return err
}

// waitForSettled waits until the function is Active and its last update is complete. It fails at once with
// Lambda's reason if either has failed, which the SDK's waiters do not do.
func (f *Function) waitForSettled(ctx context.Context, r *runner) error {
	return r.retry(ctx, waitForFunction().of(f.ID()), func() error {
		have, err := getFunction(ctx, r.Lambda, f.Name)
		switch {
		case err != nil:
			return err
		case have == nil: // a new function may not be visible yet
			return errMissing
		case have.Settling:
			return errSettling
		case have.Failed != "":
			return &apperr.Error{Code: apperr.CodeFailed, Message: fmt.Sprintf("function %s: %s", f.Name, have.Failed), Hints: apperr.FailureHints(have.Failed)}
		}
		return nil
	})
}

func (f *Function) update(ctx context.Context, r *runner, d diff) error {
	underway := slices.Contains(d.fields, Field{"state", settlingState, ""})
	broken := d.fields.has("state") && !underway
	configuration := broken || d.fields.has("runtime", "handler", "description", "role", "memory_size", "timeout",
		"environment", "logging", "vpc_subnets", "vpc_security_groups", "kms_key", "tracing",
		"ephemeral_storage", "layers", "dead_letter_queue", "file_systems", "snap_start")
	return runSteps(
		step{underway, func() error { return f.waitForSettled(ctx, r) }}, // from an earlier run
		// The code first: it knows older settings, but older code would not know newer ones.
		step{broken || d.fields.has("code", "architecture"), func() error { return f.updateCode(ctx, r) }},
		step{configuration, func() error { return f.updateConfiguration(ctx, r, d.fields) }},
		step{d.fields.has("reserved_concurrency"), func() error { return f.setConcurrency(ctx, r) }},
		step{d.fields.has("async"), func() error { return f.setAsync(ctx, r) }},
		step{d.fields.has("tags"), func() error { return f.retag(ctx, r, d.fields) }},
	)
}

// retag, like the methods of the other resources, removes before it adds: the limit is 50 tags.
func (f *Function) retag(ctx context.Context, r *runner, fields changed) error {
	arn, remove, add := r.names.FunctionARN(), fields.untagged(f.Tags), fields.tagged(f.Tags)
	return r.retrySteps(
		ctx, waitForConflict().of(f.ID()),
		step{len(remove) > 0, func() error {
			_, err := r.Lambda.UntagResource(ctx, &lambda.UntagResourceInput{Resource: &arn, TagKeys: remove})
			return err
		}},
		step{len(add) > 0, func() error {
			_, err := r.Lambda.TagResource(ctx, &lambda.TagResourceInput{Resource: &arn, Tags: add})
			return err
		}},
	)
}

// updateConfiguration sends values that need further permissions only when they change: iam:PassRole for the
// role, some ec2 actions for a VPC, some kms actions for a key.
func (f *Function) updateConfiguration(ctx context.Context, r *runner, fields changed) error {
	input := &lambda.UpdateFunctionConfigurationInput{
		FunctionName:  &f.Name,
		Runtime:       types.Runtime(f.Runtime),
		Handler:       &f.Handler,
		Description:   &f.Description,
		MemorySize:    int32Ptr(f.MemorySize),
		Timeout:       int32Ptr(f.Timeout),
		Environment:   &types.Environment{Variables: f.Environment},
		LoggingConfig: f.Logging.toLambda(),
		TracingConfig: &types.TracingConfig{Mode: types.TracingMode(f.Tracing)},
	}
	if fields.has("role") {
		input.Role = &f.RoleARN
	}
	if fields.has("state", "vpc_subnets", "vpc_security_groups") {
		input.VpcConfig = f.Network.toLambda()
	}
	if fields.has("state", "environment", "kms_key") {
		input.KMSKeyArn = &f.KMSKey // "" restores the service's own key
	}
	f.removeAdditions(input, fields)
	var refused lasting
	err := r.retry(ctx, waitForUpdate().of(f.ID()), func() error {
		_, err := r.Lambda.UpdateFunctionConfiguration(ctx, input)
		return f.checkRole(ctx, r, &refused, err)
	})
	if err != nil {
		return err
	}
	return f.waitForSettled(ctx, r)
}

// removeAdditions removes from the configuration what others have added. An empty value removes; an omitted one
// leaves it unchanged (Lambda API, UpdateFunctionConfiguration).
func (f *Function) removeAdditions(input *lambda.UpdateFunctionConfigurationInput, fields changed) {
	if fields.has("ephemeral_storage") {
		input.EphemeralStorage = &types.EphemeralStorage{Size: int32Ptr(f.Storage)}
	}
	if fields.has("layers") {
		input.Layers = []string{}
	}
	if fields.has("dead_letter_queue") {
		input.DeadLetterConfig = &types.DeadLetterConfig{TargetArn: &f.DeadLetters}
	}
	if fields.has("file_systems") {
		input.FileSystemConfigs = []types.FileSystemConfig{}
	}
	if fields.has("snap_start") {
		input.SnapStart = &types.SnapStart{ApplyOn: types.SnapStartApplyOn(f.SnapStart)}
	}
}

// updateCode always sends the architecture, which only this call changes; the effect of omitting it is not
// documented.
func (f *Function) updateCode(ctx context.Context, r *runner) error {
	err := r.retry(ctx, waitForUpdate().of(f.ID()), func() error {
		_, err := r.Lambda.UpdateFunctionCode(ctx, &lambda.UpdateFunctionCodeInput{
			FunctionName:  &f.Name,
			ZipFile:       f.Zip,
			Architectures: []types.Architecture{types.Architecture(f.Architecture)},
		})
		return err
	})
	if err != nil {
		return err
	}
	return f.waitForSettled(ctx, r)
}

func (f *Function) setConcurrency(ctx context.Context, r *runner) error {
	err := r.retry(ctx, waitForPropagation().of(f.ID()), func() error {
		if f.ReservedConcurrency == settings.Unreserved {
			_, err := r.Lambda.DeleteFunctionConcurrency(ctx, &lambda.DeleteFunctionConcurrencyInput{FunctionName: &f.Name})
			return err
		}
		_, err := r.Lambda.PutFunctionConcurrency(ctx, &lambda.PutFunctionConcurrencyInput{
			FunctionName: &f.Name, ReservedConcurrentExecutions: int32Ptr(f.ReservedConcurrency),
		})
		return err
	})
	if apperr.Says(err, "UnreservedConcurrentExecution below its minimum") {
		return f.tooFewExecutions(apperr.AWSReports(apperr.Plain(err)), err)
	}
	return err
}

// setAsync replaces the whole configuration: Put keeps nothing of the previous one (Lambda API).
func (f *Function) setAsync(ctx context.Context, r *runner) error {
	input := &lambda.PutFunctionEventInvokeConfigInput{
		FunctionName:             &f.Name,
		MaximumEventAgeInSeconds: int32Ptr(f.Async.MaxAge),
		MaximumRetryAttempts:     int32Ptr(f.Async.MaxRetries),
	}
	if f.Async.OnFailure != "" {
		input.DestinationConfig = &types.DestinationConfig{OnFailure: &types.OnFailure{Destination: &f.Async.OnFailure}}
	}
	return r.retry(ctx, waitForDestination().of(f.ID()), func() error {
		_, err := r.Lambda.PutFunctionEventInvokeConfig(ctx, input)
		return err
	})
}

func (l *Logging) toLambda() *types.LoggingConfig {
	return &types.LoggingConfig{
		LogFormat:           types.LogFormat(l.Format),
		ApplicationLogLevel: types.ApplicationLogLevel(l.Application),
		SystemLogLevel:      types.SystemLogLevel(l.System),
		LogGroup:            aws.String(l.Group),
	}
}

// toLambda returns empty, non-nil lists if the function leaves its VPC: omitted lists stay unchanged (Lambda
// API, UpdateFunctionConfiguration).
func (n Network) toLambda() *types.VpcConfig {
	return &types.VpcConfig{SubnetIds: append([]string{}, n.Subnets...), SecurityGroupIds: append([]string{}, n.SecurityGroups...)}
}

// orNil is toLambda for a new function, which omits the VPC if it has none.
func (n Network) orNil() *types.VpcConfig {
	if len(n.Subnets) == 0 {
		return nil
	}
	return n.toLambda()
}
