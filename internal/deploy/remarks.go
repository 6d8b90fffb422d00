package deploy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// CheckReadable returns an error if the caller may not decrypt the function's environment: an install could
// not compare it with the wanted one.
func (i *Installation) CheckReadable() error {
	f := i.State.Function
	if f == nil || !f.Hidden {
		return nil
	}
	return &apperr.Error{
		Code:    apperr.CodeAccessDenied,
		Message: fmt.Sprintf("reading the environment of function %s: access denied", f.Name),
		Detail:  []string{fmt.Sprintf("AWS adds: %q.", f.Unread), "Nothing was changed."},
		Hints:   []string{"allow kms:Decrypt on " + f.KMSKey},
	}
}

// unchecked returns what a status could not read.
func (i *Installation) unchecked() []NotChecked {
	all := slices.Concat([]NotChecked{}, i.State.NotChecked)
	if f := i.State.Function; f != nil && f.Hidden {
		all = append(all, NotChecked{"the function's environment", "no permission for kms:Decrypt with " + f.KMSKey})
	}
	for _, trigger := range i.State.Triggers {
		if r := trigger.Rule; r != nil && r.TagsUnread != "" {
			all = append(all, NotChecked{"the tags of " + r.id().String(), r.TagsUnread})
		}
	}
	return all
}

// forwarding returns a reminder for each destination that receives the function's records.
func (i *Installation) forwarding() []string {
	var reminders []string
	if g := i.Owned().LogGroup; g != nil {
		for _, each := range g.Forwarded {
			reminders = append(reminders, fmt.Sprintf("log group %s is forwarded by the subscription filter %s", g.Name, each))
		}
	}
	return reminders
}

// retentionWarning warns that logs are kept for a different time than the setting says, and why.
func (i *Installation) retentionWarning(spec settings.Spec) []string {
	g := i.State.LogGroup
	if g == nil || g.RetentionSetBy == "" || g.RetentionDays == spec.LogRetentionDays {
		return nil
	}
	return []string{fmt.Sprintf("logs are kept %s and not %s, by %s", days(g.RetentionDays), days(spec.LogRetentionDays), g.RetentionSetBy)}
}

func days(n int) string {
	if n == 0 {
		return "forever"
	}
	return fmt.Sprintf("%d days", n)
}

// LostAdditions returns what others have added to a resource that must be recreated, and what is deleted with it. They
// have to add it again.
func LostAdditions(have State, changes []Change) []string {
	created := map[ID]bool{}
	for _, change := range changes {
		created[change.ID] = change.Action == Create
	}
	found := have.byID()
	var lost []string
	for _, change := range changes {
		if change.Action != Delete || !created[change.ID] {
			continue
		}
		for _, f := range found[change.ID].additions() {
			lost = append(lost, fmt.Sprintf("%s must be recreated, and its %s, which is not ours, will be lost: add it again", change.ID, f.What))
		}
	}
	return lost
}

// LeftInVPC returns what remains when these changes remove the function from a VPC: Lambda deletes its
// network interfaces up to 45 minutes later, using a role that may be gone by then (Lambda Developer Guide,
// foundation-networking; terraform-provider-aws, lambda_function).
func LeftInVPC(have State, changes []Change) []string {
	f := have.Function
	if f == nil || len(f.Network.Subnets) == 0 || !slices.ContainsFunc(changes, f.leavesVPC) {
		return nil
	}
	return []string{fmt.Sprintf("Lambda's network interfaces may remain in %s for 45 minutes, or until they are deleted; their description is AWS Lambda VPC ENI-%s-...",
		strings.Join(f.Network.Subnets, ", "), f.Name)}
}

func (f *Function) leavesVPC(change Change) bool {
	if change.ID != f.id() {
		return false
	}
	return change.Action == Delete && len(change.Fields) == 0 || slices.ContainsFunc(change.Fields, func(field Field) bool {
		return field.Path == "vpc_subnets" && field.New == ""
	})
}

// patternQuota is the default value of EventBridge's quota "Event pattern size", in characters.
const patternQuota = 2048

// PatternWarning returns a warning for each rule whose pattern changes to one that exceeds EventBridge's
// default quota.
func PatternWarning(want, have State) []string {
	found := have.byID()
	var warnings []string
	for _, trigger := range want.Triggers {
		rule := trigger.Rule
		if rule == nil || len(rule.Pattern) <= patternQuota {
			continue
		}
		if before, there := found[rule.id()].(*Rule); there && len(before.Pattern) >= len(rule.Pattern) {
			continue
		}
		warnings = append(warnings, fmt.Sprintf("the rule's pattern has %d characters, and EventBridge's default quota \"Event pattern size\" is %d: AWS will refuse it unless the quota was raised in Service Quotas; fewer clusters make it shorter",
			len(rule.Pattern), patternQuota))
	}
	return warnings
}
