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

func createFunction(want *Function) func(context.Context, *run) error {
	return func(ctx context.Context, r *run) error {
		input := &lambda.CreateFunctionInput{
			FunctionName:  &want.Name,
			Role:          &want.RoleARN,
			Code:          &types.FunctionCode{ZipFile: want.Zip},
			PackageType:   types.PackageTypeZip,
			Runtime:       types.Runtime(want.Runtime),
			Handler:       &want.Handler,
			Description:   &want.Description,
			Architectures: []types.Architecture{types.Architecture(want.Architecture)},
			MemorySize:    int32Ptr(want.MemorySize),
			Timeout:       int32Ptr(want.Timeout),
			Environment:   &types.Environment{Variables: want.Environment},
			LoggingConfig: want.Logging.toLambda(),
			VpcConfig:     want.Network.orNil(),
			KMSKeyArn:     stringOrNil(want.KMSKey),
			TracingConfig: &types.TracingConfig{Mode: types.TracingMode(want.Tracing)},
			Tags:          want.Tags,
		}
		err := r.retry(ctx, waitForRole(), func() error {
			_, err := r.Lambda.CreateFunction(ctx, input)
			return r.takeCreatedFunction(ctx, want, err)
		})
		if err != nil {
			return err
		}
		return inOrder(
			step{true, func() error { return r.waitForSettled(ctx, want.Name) }},
			step{want.ReservedConcurrency != settings.Unreserved, func() error { return r.setConcurrency(ctx, want) }},
			step{true, func() error { return r.setAsync(ctx, want) }},
		)
	}
}

// takeCreatedFunction goes on with a function that is there, ours and of this code: the answer of an
// earlier attempt was lost. The type of the error is that of any conflict, so only a look can tell.
func (r *run) takeCreatedFunction(ctx context.Context, want *Function, err error) error {
	if !apperr.HasCode(err, "ResourceConflictException") {
		return err
	}
	have, lookErr := getFunction(ctx, r.Lambda, want.Name)
	if lookErr != nil || have == nil || have.Deleting {
		return err
	}
	if ours(have.Tags, r.names.Prefix) && have.CodeSHA256 == want.CodeSHA256 {
		return nil
	}
	return notOurs([]Stranger{{KindFunction, want.Name, "It appeared while this install was at work."}}, false)
}

// waitForSettled waits until the function is Active and its last update is done. It stops at once when
// either has failed, with Lambda's own reason. The SDK's waiters do neither.
func (r *run) waitForSettled(ctx context.Context, name string) error {
	return r.retry(ctx, waitForFunction(), func() error {
		have, err := getFunction(ctx, r.Lambda, name)
		switch {
		case err != nil:
			return err
		case have == nil || have.Settling: // a new function may not be seen yet
			return errSettling
		case have.Failed != "":
			return &apperr.Error{Code: apperr.CodeFailed, Message: fmt.Sprintf("function %s: %s", name, have.Failed), Hints: apperr.FailureHints(have.Failed)}
		}
		return nil
	})
}

func updateFunction(want *Function, fields changed) func(context.Context, *run) error {
	return func(ctx context.Context, r *run) error {
		underway := slices.Contains(fields, Field{"state", settlingState, ""})
		broken := fields.has("state") && !underway
		configuration := broken || fields.has("runtime", "handler", "description", "role", "memory_size", "timeout",
			"environment", "logging", "vpc_subnets", "vpc_security_groups", "kms_key", "tracing")
		return inOrder(
			step{underway, func() error { return r.waitForSettled(ctx, want.Name) }}, // of an earlier run
			// The code first: it knows older settings, and older code would not know newer ones.
			step{broken || fields.has("code", "architecture"), func() error { return r.updateCode(ctx, want) }},
			step{configuration, func() error { return r.updateConfiguration(ctx, want, fields) }},
			step{fields.has("reserved_concurrency"), func() error { return r.setConcurrency(ctx, want) }},
			step{fields.has("async"), func() error { return r.setAsync(ctx, want) }},
			step{fields.has("tags"), func() error { return r.retagFunction(ctx, fields.untagged(want.Tags), fields.tagged(want.Tags)) }},
		)
	}
}

// retagFunction, like its siblings for the other resources, removes before it adds: the limit is 50 tags.
func (r *run) retagFunction(ctx context.Context, remove []string, add map[string]string) error {
	arn := r.names.FunctionARN()
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
func (r *run) updateConfiguration(ctx context.Context, want *Function, fields changed) error {
	input := &lambda.UpdateFunctionConfigurationInput{
		FunctionName:  &want.Name,
		Runtime:       types.Runtime(want.Runtime),
		Handler:       &want.Handler,
		Description:   &want.Description,
		MemorySize:    int32Ptr(want.MemorySize),
		Timeout:       int32Ptr(want.Timeout),
		Environment:   &types.Environment{Variables: want.Environment},
		LoggingConfig: want.Logging.toLambda(),
		TracingConfig: &types.TracingConfig{Mode: types.TracingMode(want.Tracing)},
	}
	if fields.has("role") {
		input.Role = &want.RoleARN
	}
	if fields.has("state", "vpc_subnets", "vpc_security_groups") {
		input.VpcConfig = want.Network.toLambda()
	}
	if fields.has("state", "environment", "kms_key") {
		input.KMSKeyArn = &want.KMSKey // "" goes back to the service's own
	}
	err := r.retry(ctx, waitForUpdate(), func() error {
		_, err := r.Lambda.UpdateFunctionConfiguration(ctx, input)
		return err
	})
	if err != nil {
		return err
	}
	return r.waitForSettled(ctx, want.Name)
}

// updateCode always names the architecture, which changes only here and whose omission is not documented.
func (r *run) updateCode(ctx context.Context, want *Function) error {
	err := r.retry(ctx, waitForUpdate(), func() error {
		_, err := r.Lambda.UpdateFunctionCode(ctx, &lambda.UpdateFunctionCodeInput{
			FunctionName:  &want.Name,
			ZipFile:       want.Zip,
			Architectures: []types.Architecture{types.Architecture(want.Architecture)},
		})
		return err
	})
	if err != nil {
		return err
	}
	return r.waitForSettled(ctx, want.Name)
}

func (r *run) setConcurrency(ctx context.Context, want *Function) error {
	err := r.retry(ctx, waitForPropagation(), func() error {
		if want.ReservedConcurrency == settings.Unreserved {
			_, err := r.Lambda.DeleteFunctionConcurrency(ctx, &lambda.DeleteFunctionConcurrencyInput{FunctionName: &want.Name})
			return err
		}
		_, err := r.Lambda.PutFunctionConcurrency(ctx, &lambda.PutFunctionConcurrencyInput{
			FunctionName: &want.Name, ReservedConcurrentExecutions: int32Ptr(want.ReservedConcurrency),
		})
		return err
	})
	if apperr.Says(err, "UnreservedConcurrentExecution below its minimum") {
		return tooFewExecutions(want, fmt.Sprintf("AWS adds: %q.", apperr.Plain(err)), err)
	}
	return err
}

// setAsync replaces the whole configuration: Put leaves nothing of an earlier one (Lambda API).
func (r *run) setAsync(ctx context.Context, want *Function) error {
	input := &lambda.PutFunctionEventInvokeConfigInput{
		FunctionName:             &want.Name,
		MaximumEventAgeInSeconds: int32Ptr(want.Async.MaxAge),
		MaximumRetryAttempts:     int32Ptr(want.Async.MaxRetries),
	}
	if want.Async.OnFailure != "" {
		input.DestinationConfig = &types.DestinationConfig{OnFailure: &types.OnFailure{Destination: &want.Async.OnFailure}}
	}
	return r.retry(ctx, waitForDestination(), func() error {
		_, err := r.Lambda.PutFunctionEventInvokeConfig(ctx, input)
		return err
	})
}

// deleteFunction waits until the function is gone, so that nothing of it writes to a log group or uses
// a role that is removed next.
func deleteFunction(have *Function) func(context.Context, *run) error {
	return func(ctx context.Context, r *run) error {
		err := r.retry(ctx, waitForFunction(), func() error {
			_, err := r.Lambda.DeleteFunction(ctx, &lambda.DeleteFunctionInput{FunctionName: &have.Name})
			return apperr.IgnoreNotFound(err)
		})
		if err != nil {
			return err
		}
		return r.retry(ctx, waitForFunction(), func() error {
			still, err := getFunction(ctx, r.Lambda, have.Name)
			if err == nil && still != nil {
				return errSettling
			}
			return err
		})
	}
}

func (l *Logging) toLambda() *types.LoggingConfig {
	return &types.LoggingConfig{
		LogFormat:           types.LogFormat(l.Format),
		ApplicationLogLevel: types.ApplicationLogLevel(l.Application),
		SystemLogLevel:      types.SystemLogLevel(l.System),
		LogGroup:            aws.String(l.Group),
	}
}
