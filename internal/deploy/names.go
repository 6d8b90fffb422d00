package deploy

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/session"
)

// Names that are the same in every installation.
const (
	// Path is the IAM path of every role of ours; ListRoles with it finds all installations.
	Path = "/spothandler/"
	// PolicyName is the name of the role's one inline policy.
	PolicyName = "spothandler"
	// StatementID is the Sid of our statement in the function's resource policy.
	StatementID = "spothandler"
	// TargetID is the id of our target on the rule.
	TargetID = "spothandler"
)

// Names holds every name and ARN of an installation; all of them are known before the first call.
type Names struct {
	session.Identity
	Prefix   string
	Role     string
	LogGroup string
	Function string
	Rule     string
}

// NewNames derives the names of the installation with this prefix. functionName and ruleName are the
// names without the prefix.
func NewNames(id session.Identity, prefix, functionName, ruleName string) Names {
	function := prefixed(prefix, functionName)
	return Names{
		Identity: id,
		Prefix:   prefix,
		Role:     RoleName(prefix, id.Region),
		LogGroup: "/aws/lambda/" + function,
		Function: function,
		Rule:     prefixed(prefix, ruleName),
	}
}

// RoleName is the name of the anchor role. IAM is global, so the region is part of it.
func RoleName(prefix, region string) string {
	return prefixed(prefix, "spothandler-"+region)
}

// prefixOf is RoleName's inverse.
func prefixOf(role, region string) string {
	bare := RoleName("", region)
	return strings.TrimSuffix(role[:max(0, len(role)-len(bare))], "-")
}

func prefixed(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + "-" + name
}

// RoleARN is the ARN of the role, path included.
func (n Names) RoleARN() string { return n.ARN("iam", "", "role"+Path+n.Role) }

// LogGroupARN is the ARN of the log group in the form without the trailing ":*", which the tagging
// calls take (CloudWatch Logs API, LogGroup).
func (n Names) LogGroupARN() string { return n.ARN("logs", n.Region, "log-group:"+n.LogGroup) }

// FunctionARN is the unqualified ARN of the function.
func (n Names) FunctionARN() string { return n.ARN("lambda", n.Region, "function:"+n.Function) }

// isFunction says whether an ARN is the function's, or that of one of its versions and aliases.
func (n Names) isFunction(arn string) bool {
	return arn == n.FunctionARN() || strings.HasPrefix(arn, n.FunctionARN()+":")
}

// RuleARN is the ARN of the rule on the default event bus, which has no bus segment.
func (n Names) RuleARN() string { return n.ARN("events", n.Region, "rule/"+n.Rule) }

// nameRule is what an AWS API accepts as a name.
type nameRule struct {
	what, source string
	limit        int
	pattern      *regexp.Regexp
	accepted     string
}

func nameRules() (role, function, rule nameRule) {
	plain := regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
	role = nameRule{"role", "IAM", 64, plain, "letters, digits, - and _"}
	function = nameRule{"function", "Lambda", 64, plain, "letters, digits, - and _"}
	rule = nameRule{"rule", "EventBridge", 64, regexp.MustCompile(`^[A-Za-z0-9._-]+$`), "letters, digits, ., - and _"}
	return role, function, rule
}

func (r nameRule) check(name, cure string) error {
	if !r.pattern.MatchString(name) {
		return &apperr.Error{
			Code:    apperr.CodeInvalid,
			Message: fmt.Sprintf("the %s name %q has a character that %s refuses", r.what, name, r.source),
			Detail:  []string{"Accepted: " + r.accepted + "."},
			Hints:   []string{cure},
		}
	}
	if len(name) > r.limit {
		return &apperr.Error{
			Code:    apperr.CodeInvalid,
			Message: fmt.Sprintf("the %s name %s has %d characters, %s allows %d", r.what, name, len(name), r.source, r.limit),
			Hints:   []string{cure},
		}
	}
	return nil
}

// CheckNames says whether AWS will accept the names that these settings lead to. It needs no call.
// What is empty of region, functionName and ruleName is not known yet, and not checked.
func CheckNames(region, prefix, functionName, ruleName string) error {
	role, function, rule := nameRules()
	if prefix != "" && !role.pattern.MatchString(prefix) {
		return &apperr.Error{
			Code:    apperr.CodeInvalid,
			Message: fmt.Sprintf("--prefix %q has a character that IAM and Lambda refuse", prefix),
			Detail:  []string{"Accepted: " + role.accepted + "."},
			Hints:   []string{"--prefix NAME   without that character"},
		}
	}
	if region != "" {
		if err := checkRegion(region); err != nil {
			return err
		}
		if err := role.check(RoleName(prefix, region), "--prefix NAME   a shorter one"); err != nil {
			return err
		}
	}
	if functionName != "" {
		if err := function.check(prefixed(prefix, functionName), "--function-name NAME or --prefix NAME   another one"); err != nil {
			return err
		}
	}
	if ruleName == "" {
		return nil
	}
	return rule.check(prefixed(prefix, ruleName), "--rule-name NAME or --prefix NAME   another one")
}

// checkRegion refuses what has not the form of a region's name, such as an availability zone. Which ones
// there are is not known without a call.
func checkRegion(region string) error {
	if regexp.MustCompile(`^[a-z]+(-[a-z]+)+-[0-9]+$`).MatchString(region) {
		return nil
	}
	return &apperr.Error{
		Code:    apperr.CodeInvalid,
		Message: fmt.Sprintf("%q is no name of a region", region),
		Hints:   []string{"--region NAME   or AWS_REGION, such as eu-west-1"},
	}
}
