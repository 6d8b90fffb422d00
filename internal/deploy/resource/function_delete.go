package resource

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/spothandler/spothandler/internal/apperr"
)

// replacing removes a function that cannot be updated: one that is being deleted already, one that Lambda
// failed to create, and one that is older than its role. The grant that decrypts its environment refers to
// the ID of the role that existed then, so after the role is recreated under the same name every invocation
// fails (terraform-provider-aws, lambda_function; KMSAccessDeniedException). The new function gets the tags
// that others gave the old one. gone is the function to remove for the reason, or nil.
func replacing(want, have State) (wanted, left State, gone *Function, reason string) {
	f := have.Function
	if want.Function == nil || f == nil {
		return want, have, nil, ""
	}
	reason = whyReplace(f, want.Function, have.Role)
	if reason == "" {
		return want, have, nil, ""
	}
	removed := *f
	removed.Mappings = nil // they belong to the function's name and invoke the new one
	again := *want.Function
	again.Tags = withForeign(want.Function.Tags, f.Tags, want.DropTags)
	want.Function = &again
	return want, have.Without(f.ID()), &removed, reason // the resource policy is deleted with the function
}

// whyReplace returns why the function cannot be updated, or "" if it can.
func whyReplace(have, want *Function, role *Role) string {
	switch sameRole := have.RoleARN == want.RoleARN; {
	case have.Deleting:
		return "it is being deleted"
	case have.Broken:
		return have.Failed
	case sameRole && role == nil:
		return "its role is gone, and a new one cannot decrypt its environment"
	case sameRole && have.olderThan(role.Created):
		return "its role was recreated and cannot decrypt its environment"
	}
	return ""
}

// olderThan reports whether the function was last written before then. IAM's times have a resolution of a
// second.
func (f *Function) olderThan(then time.Time) bool { return isBefore(f.Modified, then) }

// olderThan reports whether the role was created before then.
func (r *Role) olderThan(then time.Time) bool { return isBefore(r.Created, then) }

func isBefore(a, b time.Time) bool {
	return !a.IsZero() && a.Truncate(time.Second).Before(b.Truncate(time.Second))
}

// deleteToReplace is delete for a function that is created again. It reads again why that is necessary: IAM may not have
// returned an existing role yet, or another install may have recreated the function.
func (f *Function) deleteToReplace(ctx context.Context, r *runner, want *Function) error {
	role, err := getRole(ctx, r.IAM, r.names.Role)
	if err != nil {
		return err
	}
	have, err := getFunction(ctx, r.Lambda, f.Name)
	if err != nil {
		return err
	}
	changed := have != nil && have.Modified.After(f.Modified)
	works := have != nil && role != nil && whyReplace(have, want, role) == ""
	if works && (changed || role.olderThan(have.Modified)) { // within the same second it may be older or newer
		return needNotBeReplaced(f.ID())
	}
	return f.delete(ctx, r)
}

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
