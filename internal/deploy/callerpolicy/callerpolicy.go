// Package callerpolicy generates the IAM policy for the users of the commands.
package callerpolicy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/resource"

	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// Commands are the commands that a caller wants to run.
type Commands struct {
	Install   bool // also upgrade
	Status    bool
	NoHistory bool // status --no-history, which reads no records
	Logs      bool
	Report    bool
	Uninstall bool
	Doctor    bool
	Simulate  bool
	ForReal   bool // simulate --for-real
	KeepLogs  bool // uninstall --keep-logs only: the policy does not allow deleting the logs
	Force     bool // uninstall --force

	// AllRegions is status or doctor with --all-regions, which read every enabled Region of the account. Its places are
	// those of Everywhere.
	AllRegions bool
}

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
		return "", apperr.Invalid("fewer Regions, and a policy for each of the others", "the policy for %d Regions has %d characters, and an inline policy of a role can have %d", len(places), len(policy), MaxInline)
	}
	return policy, nil
}

type policyDocument struct {
	Version   string
	Statement []statement
}

type statement struct {
	Sid       string
	Effect    string
	Action    []string
	Resource  any            // one ARN or a list of them
	Condition map[string]any `json:",omitempty"`
}

// encode returns the document as JSON without line breaks.
func (d policyDocument) encode() string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(d); err != nil {
		panic(fmt.Sprintf("encoding a policy: %v", err)) // it contains only strings
	}
	return strings.TrimSpace(out.String())
}

// when returns a condition with one operator and one key.
func when(operator, key string, value any) map[string]any {
	return map[string]any{operator: map[string]any{key: value}}
}

// inPlaces returns the resources of all installations: a list, or the only ARN.
func inPlaces(places []resource.Names, resources ...func(resource.Names) string) any {
	return allInPlaces(places, func(names resource.Names) []string {
		var all []string
		for _, resource := range resources {
			all = append(all, resource(names))
		}
		return all
	})
}

// allInPlaces is inPlaces for resources of which an installation can have several.
func allInPlaces(places []resource.Names, resources func(resource.Names) []string) any {
	var all []string
	for _, names := range places {
		for _, each := range resources(names) {
			if !slices.Contains(all, each) { // such as the clusters, which all prefixes share
				all = append(all, each)
			}
		}
	}
	if len(all) == 1 {
		return all[0]
	}
	return all
}
