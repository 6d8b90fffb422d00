package deploy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/handler"
)

// checkReadable returns an error if the caller may not decrypt the function's environment: an install could
// not compare it with the wanted one.
func (i *Installation) checkReadable() error {
	f := i.State.Function
	if f == nil || !f.Hidden {
		return nil
	}
	return &apperr.Error{
		Code:    apperr.CodeAccessDenied,
		Message: fmt.Sprintf("reading the environment of function %s: access denied", f.Name),
		Detail:  []string{apperr.AWSReports(f.Unread), "Nothing was changed."},
		Hints:   []string{"allow kms:Decrypt on " + f.KMSKey},
	}
}

// unchecked returns what a status could not read.
func (i *Installation) unchecked() []resource.NotChecked {
	all := slices.Concat([]resource.NotChecked{}, i.State.NotChecked)
	if f := i.State.Function; f != nil && f.Hidden {
		all = append(all, resource.NotChecked{What: "the function's environment", Why: "no permission for kms:Decrypt with " + f.KMSKey})
	}
	for _, trigger := range i.State.Triggers {
		if r := trigger.Rule; r != nil && r.TagsUnread != "" {
			all = append(all, resource.NotChecked{What: "the tags of " + r.ID().String(), Why: r.TagsUnread})
		}
	}
	return all
}

// forwarding returns a reminder for each destination that receives the function's records.
func (i *Installation) forwarding() []string {
	var reminders []string
	if g := i.owned().LogGroup; g != nil {
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
	return []string{fmt.Sprintf("logs are kept %s instead of %s, because of %s", days(g.RetentionDays), days(spec.LogRetentionDays), g.RetentionSetBy)}
}

func days(n int) string {
	switch n {
	case 0:
		return "forever"
	case 1:
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}

// leftInVPC returns what remains when these changes remove the function from a VPC: Lambda deletes its
// network interfaces up to 45 minutes later, using a role that may be gone by then (Lambda Developer Guide,
// foundation-networking; terraform-provider-aws, lambda_function).
func leftInVPC(have resource.State, changes []resource.Change) []string {
	f := have.Function
	if f == nil || len(f.Network.Subnets) == 0 || !slices.ContainsFunc(changes, func(c resource.Change) bool { return leavesVPC(f, c) }) {
		return nil
	}
	return []string{fmt.Sprintf("Lambda's network interfaces may remain in %s for 45 minutes, or until they are deleted; their description is AWS Lambda VPC ENI-%s-...",
		strings.Join(f.Network.Subnets, ", "), f.Name)}
}

func leavesVPC(f *resource.Function, change resource.Change) bool {
	if change.ID != f.ID() {
		return false
	}
	return change.Action == resource.Delete && len(change.Fields) == 0 || slices.ContainsFunc(change.Fields, func(field resource.Field) bool {
		return field.Path == "vpc_subnets" && field.New == ""
	})
}

// patternQuota is the default value of EventBridge's quota "Event pattern size", in characters.
const patternQuota = 2048

// patternWarning returns a warning for each rule whose pattern changes to one that exceeds EventBridge's
// default quota.
func patternWarning(want, have resource.State) []string {
	var warnings []string
	for _, trigger := range want.Triggers {
		rule := trigger.Rule
		if rule == nil || len(rule.Pattern) <= patternQuota {
			continue
		}
		if before := have.Rule(rule.Name); before != nil && len(before.Pattern) >= len(rule.Pattern) {
			continue
		}
		warnings = append(warnings, fmt.Sprintf("the rule's pattern has %d characters, and EventBridge's default quota \"Event pattern size\" is %d: AWS will refuse it unless the quota was raised in Service Quotas; fewer clusters make it shorter",
			len(rule.Pattern), patternQuota))
	}
	return warnings
}

// beyondVersion returns warnings about what the role's policy allows beyond this version's, if the difference counts
// as one between versions.
func (i *Installation) beyondVersion(want resource.State, drifted []resource.Change) []string {
	role := i.State.Role
	shown := slices.ContainsFunc(drifted, func(c resource.Change) bool {
		return c.Kind == resource.KindRole && slices.ContainsFunc(c.Fields, isPolicy)
	})
	if i.Record == nil || role == nil || role.Policy == "" || shown {
		return nil
	}
	more := role.AllowsBeyond(want.Role)
	if len(more) == 0 {
		return nil
	}
	text := more[0]
	if len(more) > 1 {
		text += fmt.Sprintf(", and %d more", len(more)-1)
	}
	return []string{fmt.Sprintf("role %s, of version %s according to its record, allows more than this version requires: %s", role.Name, i.Record.Version, text)}
}

// HidesRecords reports whether the function omits records with this log level: those of redeployments, and
// most of skipped events, have level INFO.
func HidesRecords(logLevel string) bool { return logLevel == "WARNING" || logLevel == "ERROR" }

// Unrecorded returns a clause that says why the log group of an installation with these settings does not
// contain all of its function's records, or "".
func (i *Installation) Unrecorded(spec settings.Spec) string {
	level, f := spec.LogLevel, i.owned().Function
	if f != nil && f.Environment[handler.EnvLogLevel] != "" {
		level = f.Environment[handler.EnvLogLevel]
	}
	switch {
	case HidesRecords(level):
		return LevelHides(level)
	case f == nil || f.Logging == nil:
		return ""
	case f.Logging.Group != i.Names.LogGroup:
		return "the function writes to log group " + f.Logging.Group
	case slices.Contains([]string{"WARN", "ERROR", "FATAL"}, f.Logging.Application): // Lambda API, LoggingConfig
		return "Lambda's log level " + f.Logging.Application + " omits records"
	}
	return ""
}

// LevelHides returns a clause that says that a log level omits records.
func LevelHides(level string) string {
	return "log level " + level + " omits records"
}

// isPolicy reports whether a difference of a role is one of its inline policy.
func isPolicy(f resource.Field) bool {
	return f.Path == "policy" || strings.HasPrefix(f.Path, "policy.")
}
