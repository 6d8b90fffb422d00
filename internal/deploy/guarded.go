package deploy

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// Anyone who may write the role's description can change the record. So the record alone never removes a
// permissions boundary, never sends data to another account, and never names a function to delete.

// guard keeps what only an explicitly given value may change, and returns what it kept and why.
func (i *Installation) guard(spec *settings.Spec, given settings.Given, reset bool) []string {
	return append(i.guardBoundary(spec, given, reset), i.guardDestination(spec, given, reset)...)
}

// guardBoundary keeps the role's boundary.
func (i *Installation) guardBoundary(spec *settings.Spec, given settings.Given, reset bool) []string {
	r, asked := i.State.Role, spec.Boundary
	if _, explicit := given["permissions-boundary"]; explicit || r == nil || r.Boundary == "" || r.Boundary == asked {
		return nil
	}
	spec.Boundary = r.Boundary
	switch {
	case reset:
		return []string{fmt.Sprintf("--reset keeps the permissions boundary %s; --permissions-boundary none removes it", r.Boundary)}
	case asked == "":
		return []string{fmt.Sprintf("the role has the permissions boundary %s, and the record none: it is kept; --permissions-boundary none removes it", r.Boundary)}
	}
	return []string{fmt.Sprintf("the role has the permissions boundary %s, and the record %s: the role's is kept; --permissions-boundary ARN sets one", r.Boundary, asked)}
}

// guardDestination sets no destination in another account unless the function already has it.
func (i *Installation) guardDestination(spec *settings.Spec, given settings.Given, reset bool) []string {
	have := ""
	if f := i.State.Function; f != nil {
		have = f.Async.OnFailure
	}
	asked := spec.OnFailure
	if _, explicit := given["on-failure"]; explicit || have == asked {
		return nil
	}
	switch {
	case reset && i.Record != nil && i.Record.OnFailure == have && i.inOtherAccount(have):
		spec.OnFailure = have
		return []string{fmt.Sprintf("--reset keeps the destination %s of failed invocations; --on-failure none removes it", have)}
	case i.inOtherAccount(asked):
		setOnFailure(spec, have)
		return []string{fmt.Sprintf("the record sends failed invocations to %s in another account, and the function does not: it is not set; --on-failure ARN sets it", asked)}
	}
	return nil
}

// inOtherAccount reports whether an ARN belongs to another account.
func (i *Installation) inOtherAccount(text string) bool {
	parsed, err := arn.Parse(text)
	return err == nil && parsed.AccountID != "" && parsed.AccountID != i.Names.Account
}

// setOnFailure sets a destination that was found, or none if the setting does not accept it.
func setOnFailure(spec *settings.Spec, found string) {
	spec.OnFailure = ""
	for _, setting := range settings.All() {
		if setting.Name == "on-failure" && found != "" {
			_ = setting.Set(spec, "", []string{found}) // values that are not accepted are ignored
		}
	}
}

// onlyInRecord returns why a function must not be removed that only the record assigns to this installation:
// it runs as another role. nil: it may be removed.
func (i *Installation) onlyInRecord() *resource.Unowned {
	f := i.State.Function
	if !i.namedByRecord || f == nil || f.RoleARN == i.Names.RoleARN() {
		return nil
	}
	return &resource.Unowned{ID: f.ID(), Why: fmt.Sprintf("Only the record in the role's description names it, and it runs as %s.", f.RoleARN)}
}
