package resource

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/spothandler/spothandler/internal/apperr"
)

// delete waits until the function is gone, so that it no longer writes to the log group or uses the role,
// which are deleted next.
func (f *Function) delete(ctx context.Context, r *runner) error {
	if err := f.removeMappings(ctx, r); err != nil { // present only with --force
		return err
	}
	err := r.retry(ctx, waitForFunction(), func() error {
		_, err := r.Lambda.DeleteFunction(ctx, &lambda.DeleteFunctionInput{FunctionName: &f.Name})
		return apperr.IgnoreNotFound(err)
	})
	if err != nil {
		return err
	}
	var other lasting // another function of this name exists
	return r.retry(ctx, waitForFunction(), func() error {
		still, err := getFunction(ctx, r.Lambda, f.Name)
		switch {
		case err != nil || still == nil:
			return err
		case other.observe(!still.Deleting && still.Modified.After(f.Modified)):
			return createdAgain(f.ID())
		}
		return errSettling
	})
}

// removeMappings deletes event source mappings, which would outlive the function.
func (f *Function) removeMappings(ctx context.Context, r *runner) error {
	for _, mapping := range f.Mappings {
		err := r.retry(ctx, waitForMapping(), func() error {
			_, err := r.Lambda.DeleteEventSourceMapping(ctx, &lambda.DeleteEventSourceMappingInput{UUID: &mapping.UUID})
			return apperr.IgnoreNotFound(err)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
