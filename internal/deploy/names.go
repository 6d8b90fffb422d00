package deploy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// Names that are the same in every installation.
const (
	// Path is the default IAM path of the role; ListRoles with it finds installations.
	Path = settings.DefaultRolePath
	// PolicyName is the name of the role's only inline policy.
	PolicyName = "spothandler"
	// StatementID is the Sid of our statement in the function's resource policy.
	StatementID = "spothandler"
	// TargetID is the ID of our target on the rule.
	TargetID = "spothandler"
)

// Names holds all names of an installation, from which its ARNs follow. They are known before the first call.
type Names struct {
	session.Identity
	Prefix   string
	Role     string
	RolePath string // IAM path of the role, with leading and trailing slash
	LogGroup string
	Function string
	Rule     string
}

// NewNames derives the names of the installation with this prefix, whose role has the default path.
// functionName and ruleName are the names without the prefix.
func NewNames(id session.Identity, prefix, functionName, ruleName string) Names {
	function := settings.Prefixed(prefix, functionName)
	return Names{
		Identity: id,
		Prefix:   prefix,
		Role:     settings.RoleName(prefix, id.Region),
		RolePath: settings.DefaultRolePath,
		LogGroup: "/aws/lambda/" + function,
		Function: function,
		Rule:     settings.Prefixed(prefix, ruleName),
	}
}

// prefixOf is the inverse of RoleName.
func prefixOf(role, region string) string {
	bare := settings.RoleName("", region)
	return strings.TrimSuffix(role[:max(0, len(role)-len(bare))], "-")
}

// RoleARN returns the ARN of the role, including its path.
func (n Names) RoleARN() string { return n.ARN("iam", "", "role"+n.RolePath+n.Role) }

// WithRolePath returns the names with the role under another path.
func (n Names) WithRolePath(path string) Names {
	n.RolePath = path
	return n
}

// rolePathIn returns the path of our role in its ARN, or "" if the ARN is another role's.
func (n Names) rolePathIn(roleARN string) string {
	before, after := n.ARN("iam", "", "role"), n.Role
	if !strings.HasPrefix(roleARN, before+"/") || !strings.HasSuffix(roleARN, "/"+after) {
		return ""
	}
	return strings.TrimSuffix(strings.TrimPrefix(roleARN, before), after)
}

// LogGroupARN returns the ARN of the log group without the trailing ":*", as the tagging calls expect it
// (CloudWatch Logs API, LogGroup).
func (n Names) LogGroupARN() string { return n.ARN("logs", n.Region, "log-group:"+n.LogGroup) }

// FunctionARN returns the unqualified ARN of the function.
func (n Names) FunctionARN() string { return n.ARN("lambda", n.Region, "function:"+n.Function) }

// isFunction reports whether an ARN is the function's, or that of one of its versions or aliases.
func (n Names) isFunction(arn string) bool {
	return arn == n.FunctionARN() || strings.HasPrefix(arn, n.FunctionARN()+":")
}

// RuleARN returns the ARN of the rule on the default event bus, which has no bus segment.
func (n Names) RuleARN() string { return n.ruleARN(n.Rule) }

func (n Names) ruleARN(name string) string { return n.ARN("events", n.Region, "rule/"+name) }

func samePrefix(prefix, other string) *apperr.Error {
	return &apperr.Error{
		Code:    apperr.CodeSamePrefix,
		Message: fmt.Sprintf("the prefix %q differs from the installed %q only in case, and IAM treats both role names as the same", prefix, other),
		Hints:   []string{fmt.Sprintf("--prefix %s   the installed one", other), "--prefix NAME   another name"},
	}
}

// Keys of our tags. ManagedBy and Prefix together identify a resource as ours; Kept marks a log group that an
// uninstall left; Version is on the function.
const (
	TagManagedBy = settings.TagManagedBy
	TagPrefix    = settings.OwnTagPrefix + "prefix"
	TagVersion   = settings.OwnTagPrefix + "version"
	TagKept      = settings.OwnTagPrefix + "kept"
	managedBy    = "spothandler"

	maxTagsOfAWS = 50
)

// ours reports whether these tags make a resource part of the installation with this prefix.
func ours(tags map[string]string, prefix string) bool {
	value, tagged := tags[TagPrefix]
	return tags[TagManagedBy] == managedBy && tagged && value == prefix
}

// resourceTags returns the tags of every resource of an installation.
func resourceTags(spec settings.Spec) map[string]string {
	tags := maps.Clone(nonNilMap(spec.Tags))
	tags[TagManagedBy] = managedBy
	tags[TagPrefix] = spec.Prefix
	return tags
}

// withForeign returns the wanted tags and those that others have added, without AWS's own, which cannot be
// set.
func withForeign(want, have map[string]string, drop []string) map[string]string {
	all := maps.Clone(nonNilMap(have))
	maps.DeleteFunc(all, func(key, _ string) bool { return slices.Contains(drop, key) || strings.HasPrefix(key, "aws:") })
	maps.Copy(all, want)
	return all
}

// dropTags returns the keys of the tags to remove: recorded ones that are no longer wanted, and the mark of a
// log group that was kept.
func dropTags(dropped map[string]string) []string {
	return append(sortedKeys(dropped), TagKept)
}

// DisplayPrefix returns a prefix for display; the empty one is shown as words.
func DisplayPrefix(prefix string) string {
	if prefix == "" {
		return "(no prefix)"
	}
	return prefix
}
