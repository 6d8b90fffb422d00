// Package callerpolicy generates the IAM policy for the users of the commands.
package callerpolicy

import (
	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// Everywhere returns the places of status and doctor with --all-regions, with wildcards for names: all Regions of an account
// and, unless a prefix is given, all prefixes.
func Everywhere(id session.Identity, prefix *string, functionName, ruleName string) []resource.Names {
	id.Region = "*"
	if prefix != nil {
		return []resource.Names{resource.NewNames(id, *prefix, functionName, ruleName)}
	}
	return []resource.Names{resource.NewNames(id, "", functionName, ruleName), resource.NewNames(id, "*", functionName, ruleName)}
}

// MaxLength is the maximum length of a managed policy (IAM quotas), in characters that are not white space.
const MaxLength = 6144

// MaxInline is the maximum length of all inline policies of a role (IAM quotas), counted in the same way.
const MaxInline = 10240

// New returns the IAM policy, as JSON, that allows a caller to run the commands on the installations with
// these names, one per Region, with the settings of this Spec, and nothing else. Its conditions restrict
// passing the role to Lambda, the permission to invoke the function to EventBridge, and the rule's target to
// the function. With a permissions boundary in the Spec, roles can only be created or changed with that
// boundary; without one, the holder of the policy for install can give the role any permission. Only actions
// without resource-level permissions have the resource * (Service Authorization Reference). New returns an
// error if too many Regions make the policy longer than MaxInline.
func New(places []resource.Names, spec settings.Spec, commands Commands) (string, error) {
	purposes := commands.purposes(spec)
	document := policyDocument{Version: "2012-10-17"}
	for _, each := range grants(places, spec) {
		if actions := each.actionsFor(purposes); len(actions) > 0 {
			each.Effect, each.Action = "Allow", actions
			document.Statement = append(document.Statement, each.statement)
		}
	}
	policy := document.encode()
	if len(policy) > MaxInline {
		return "", apperr.Invalid("name fewer Regions, and create another policy for the rest", "the policy for %d Regions has %d characters, and an inline policy of a role can have %d", len(places), len(policy), MaxInline)
	}
	return policy, nil
}
