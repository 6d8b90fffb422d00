package deploy

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// Whoever may write no more than the role's description decides what its record says. So the record alone
// takes no permissions boundary away, sends nothing to another account, and names no function for a removal.

// guard keeps what only a given value may change, and returns what it kept and why.
func (i *Installation) guard(spec *settings.Spec, given settings.Given, reset bool) []string {
	return append(i.guardBoundary(spec, given, reset), i.guardDestination(spec, given, reset)...)
}

// guardBoundary keeps the boundary that the role has.
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

// guardDestination sets no destination of another account that the function does not have.
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
	case reset && i.Record != nil && i.Record.OnFailure == have && i.elsewhere(have):
		spec.OnFailure = have
		return []string{fmt.Sprintf("--reset keeps the destination %s of failed invocations; --on-failure none removes it", have)}
	case i.elsewhere(asked):
		setOnFailure(spec, have)
		return []string{fmt.Sprintf("the record sends failed invocations to %s in another account, and the function does not: it is not set; --on-failure ARN sets it", asked)}
	}
	return nil
}

// elsewhere reports whether an ARN is of another account.
func (i *Installation) elsewhere(text string) bool {
	parsed, err := arn.Parse(text)
	return err == nil && parsed.AccountID != "" && parsed.AccountID != i.Names.Account
}

// setOnFailure sets a destination that was found, or none where it is one that no setting accepts.
func setOnFailure(spec *settings.Spec, found string) {
	spec.OnFailure = ""
	for _, setting := range settings.All() {
		if setting.Name == "on-failure" && found != "" {
			_ = setting.Set(spec, "", []string{found}) // what is not accepted is not taken over
		}
	}
}

// ofRecordAlone returns why a function is not to be removed that nothing but the record calls this installation's: it
// runs as another role. nil: it may be.
func (i *Installation) ofRecordAlone() *Unowned {
	f := i.State.Function
	if !i.namedByRecord || f == nil || f.RoleARN == i.Names.RoleARN() {
		return nil
	}
	return &Unowned{ID: f.id(), Why: fmt.Sprintf("Only the record in the role's description names it, and it runs as %s.", f.RoleARN)}
}
