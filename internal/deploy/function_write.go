package deploy

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
	err := r.retry(ctx, waitForRole(), func() error {
		_, err := r.Lambda.CreateFunction(ctx, input)
		return f.takeCreated(ctx, r, err)
	})
	if err != nil {
		return err
	}
	return inOrder(
		step{true, func() error { return f.waitForSettled(ctx, r) }},
		step{f.ReservedConcurrency != settings.Unreserved, func() error { return f.setConcurrency(ctx, r) }},
		step{true, func() error { return f.setAsync(ctx, r) }},
	)
}

// takeCreated goes on with a function that is there, ours and of this code: the answer of an
// earlier attempt was lost. The type of the error is that of any conflict, so only a look can tell.
func (f *Function) takeCreated(ctx context.Context, r *runner, err error) error {
	if !apperr.HasCode(err, "ResourceConflictException") {
		return err
	}
	have, lookErr := getFunction(ctx, r.Lambda, f.Name)
	if lookErr != nil || have == nil || have.Deleting {
		return err
	}
	if ours(have.Tags, r.names.Prefix) && have.CodeSHA256 == f.CodeSHA256 {
		return nil
	}
	return notOurs([]Unowned{{ID: f.id(), Why: "It appeared while this install was at work."}}, false)
}

// waitForSettled waits until the function is Active and its last update is done. It stops at once when
// either has failed, with Lambda's own reason. The SDK's waiters do neither.
func (f *Function) waitForSettled(ctx context.Context, r *runner) error {
	return r.retry(ctx, waitForFunction(), func() error {
		have, err := getFunction(ctx, r.Lambda, f.Name)
		switch {
		case err != nil:
			return err
		case have == nil || have.Settling: // a new function may not be seen yet
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
	return inOrder(
		step{underway, func() error { return f.waitForSettled(ctx, r) }}, // of an earlier run
		// The code first: it knows older settings, and older code would not know newer ones.
		step{broken || d.fields.has("code", "architecture"), func() error { return f.updateCode(ctx, r) }},
		step{configuration, func() error { return f.updateConfiguration(ctx, r, d.fields) }},
		step{d.fields.has("reserved_concurrency"), func() error { return f.setConcurrency(ctx, r) }},
		step{d.fields.has("async"), func() error { return f.setAsync(ctx, r) }},
		step{d.fields.has("tags"), func() error { return f.retag(ctx, r, d.fields) }},
	)
}

// retag, like its siblings for the other resources, removes before it adds: the limit is 50 tags.
func (f *Function) retag(ctx context.Context, r *runner, fields changed) error {
	arn, remove, add := r.names.FunctionARN(), fields.untagged(f.Tags), fields.tagged(f.Tags)
	return r.inTurn(
		ctx, waitForConflict(),
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

// updateConfiguration sends what needs further rights of the caller only when it changes: with the role it
// is iam:PassRole, with a VPC some of ec2, with a key some of kms.
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
		input.KMSKeyArn = &f.KMSKey // "" goes back to the service's own
	}
	f.takeAway(input, fields)
	err := r.retry(ctx, waitForUpdate(), func() error {
		_, err := r.Lambda.UpdateFunctionConfiguration(ctx, input)
		return err
	})
	if err != nil {
		return err
	}
	return f.waitForSettled(ctx, r)
}

// takeAway removes from the configuration what others have added. Something empty takes away what was
// there; what is left out stays (Lambda API, UpdateFunctionConfiguration).
func (f *Function) takeAway(input *lambda.UpdateFunctionConfigurationInput, fields changed) {
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

// updateCode always names the architecture, which changes only here and whose omission is not documented.
func (f *Function) updateCode(ctx context.Context, r *runner) error {
	err := r.retry(ctx, waitForUpdate(), func() error {
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
	err := r.retry(ctx, waitForPropagation(), func() error {
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
		return f.tooFewExecutions(fmt.Sprintf("AWS adds: %q.", apperr.Plain(err)), err)
	}
	return err
}

// setAsync replaces the whole configuration: Put leaves nothing of an earlier one (Lambda API).
func (f *Function) setAsync(ctx context.Context, r *runner) error {
	input := &lambda.PutFunctionEventInvokeConfigInput{
		FunctionName:             &f.Name,
		MaximumEventAgeInSeconds: int32Ptr(f.Async.MaxAge),
		MaximumRetryAttempts:     int32Ptr(f.Async.MaxRetries),
	}
	if f.Async.OnFailure != "" {
		input.DestinationConfig = &types.DestinationConfig{OnFailure: &types.OnFailure{Destination: &f.Async.OnFailure}}
	}
	return r.retry(ctx, waitForDestination(), func() error {
		_, err := r.Lambda.PutFunctionEventInvokeConfig(ctx, input)
		return err
	})
}

// delete waits until the function is gone, so that nothing of it writes to a log group or uses a role that
// is removed next.
func (f *Function) delete(ctx context.Context, r *runner) error {
	if err := f.removeMappings(ctx, r); err != nil { // which are there only under --force
		return err
	}
	err := r.retry(ctx, waitForFunction(), func() error {
		_, err := r.Lambda.DeleteFunction(ctx, &lambda.DeleteFunctionInput{FunctionName: &f.Name})
		return apperr.IgnoreNotFound(err)
	})
	if err != nil {
		return err
	}
	return r.retry(ctx, waitForFunction(), func() error {
		still, err := getFunction(ctx, r.Lambda, f.Name)
		if err == nil && still != nil {
			return errSettling
		}
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

// toLambda has lists that are there and empty where the function is to leave its VPC: what is left out
// stays as it is (Lambda API, UpdateFunctionConfiguration).
func (n Network) toLambda() *types.VpcConfig {
	return &types.VpcConfig{SubnetIds: append([]string{}, n.Subnets...), SecurityGroupIds: append([]string{}, n.SecurityGroups...)}
}

// orNil is toLambda for a new function, whose VPC is not mentioned where it has none.
func (n Network) orNil() *types.VpcConfig {
	if len(n.Subnets) == 0 {
		return nil
	}
	return n.toLambda()
}
