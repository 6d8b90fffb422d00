package deploy

import (
	"time"
)

// replacing removes a function that no update heals: one that is being deleted already, one that Lambda
// failed to create, and one that is older than its role. The grant that decrypts its environment follows
// the id of the role that it was made with, so under a role of the same name that was recreated every
// invocation would fail (terraform-provider-aws, lambda_function; KMSAccessDeniedException). The new one
// gets the tags that others gave the old one.
// gone is the one to remove, for the reason; nil: none is.
func replacing(want, have State) (wanted, left State, gone *Function, reason string) {
	f := have.Function
	if want.Function == nil || f == nil {
		return want, have, nil, ""
	}
	reason = beyondRepair(f, want.Function, have.Role)
	if reason == "" {
		return want, have, nil, ""
	}
	removed := *f
	removed.Mappings = nil // they are of the function's name, and invoke the new one
	again := *want.Function
	again.Tags = withForeign(want.Function.Tags, f.Tags, want.DropTags)
	want.Function = &again
	return want, have.without(f.id()), &removed, reason // the resource policy goes with the function
}

// beyondRepair returns why no update would do; "" where one does.
func beyondRepair(have, want *Function, role *Role) string {
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

// olderThan reports whether nothing was written to the function since then. IAM tells whole seconds.
func (f *Function) olderThan(then time.Time) bool {
	return !f.Modified.IsZero() && f.Modified.Truncate(time.Second).Before(then.Truncate(time.Second))
}
