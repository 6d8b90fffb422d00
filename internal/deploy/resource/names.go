package resource

import (
	"fmt"
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

// RoleARN returns the ARN of the role, including its path.
func (n Names) RoleARN() string { return n.ARN("iam", "", "role"+n.RolePath+n.Role) }

// WithRolePath returns the names with the role under another path.
func (n Names) WithRolePath(path string) Names {
	n.RolePath = path
	return n
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

// PrefixOf is the inverse of RoleName.
func PrefixOf(role, region string) string {
	bare := settings.RoleName("", region)
	return strings.TrimSuffix(role[:max(0, len(role)-len(bare))], "-")
}

// SamePrefix returns the error for a prefix that differs from an installed one only in case.
func SamePrefix(prefix, other string) *apperr.Error {
	return &apperr.Error{
		Code:    apperr.CodeSamePrefix,
		Message: fmt.Sprintf("the prefix %q differs from the installed %q only in case, and IAM treats both role names as the same", prefix, other),
		Hints:   []string{fmt.Sprintf("--prefix %s   the installed one", other), "--prefix NAME   another name"},
	}
}
