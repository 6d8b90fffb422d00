// Package callerpolicy writes the IAM policy of whoever runs the commands.
package callerpolicy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy"

	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// Commands are what a caller is going to run.
type Commands struct {
	Install   bool // upgrade as well
	Status    bool
	NoHistory bool // status --no-history, which reads no logs
	Logs      bool
	Report    bool
	Uninstall bool
	Doctor    bool
	Simulate  bool
	ForReal   bool // simulate --for-real
	KeepLogs  bool // uninstall --keep-logs, and never without it: the logs cannot be deleted
	Force     bool // uninstall --force

	// AllRegions is status --all-regions, which looks in every region that is enabled for the account. Its places are
	// those of Everywhere.
	AllRegions bool
}

// Everywhere returns the places of status --all-regions, with wildcards for names: the regions of an account, and,
// unless a prefix is given, every prefix.
func Everywhere(id session.Identity, prefix *string, functionName, ruleName string) []deploy.Names {
	id.Region = "*"
	if prefix != nil {
		return []deploy.Names{deploy.NewNames(id, *prefix, functionName, ruleName)}
	}
	return []deploy.Names{deploy.NewNames(id, "", functionName, ruleName), deploy.NewNames(id, "*", functionName, ruleName)}
}

// MaxLength is how long a managed policy may be (IAM quotas), in characters that are not white space.
const MaxLength = 6144

// New returns the IAM policy, as JSON, that lets a caller run the commands on the installations of these
// names, one a region, with the settings of this Spec, and nothing else. Its conditions let the role be
// passed to Lambda alone, EventBridge alone be permitted to invoke the function, and the function alone become
// the rule's target. With a permissions boundary in the Spec no role can be made or changed that has not got
// it; without one, whoever has the policy for install can give the role everything. Only what has no resource
// level has the resource * (Service Authorization Reference). It fails where too many regions make the
// policy longer than MaxLength.
func New(places []deploy.Names, spec settings.Spec, commands Commands) (string, error) {
	purposes := commands.purposes(spec)
	document := policyDocument{Version: "2012-10-17"}
	for _, each := range grants(places, spec) {
		if actions := each.actionsFor(purposes); len(actions) > 0 {
			each.Effect, each.Action = "Allow", actions
			document.Statement = append(document.Statement, each.statement)
		}
	}
	policy := document.encode()
	if len(policy) > MaxLength {
		return "", apperr.Invalid("fewer regions, and a policy for each of the others", "the policy for %d regions has %d characters, IAM allows %d", len(places), len(policy), MaxLength)
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
		panic(fmt.Sprintf("encoding a policy: %v", err)) // it holds nothing but text
	}
	return strings.TrimSpace(out.String())
}

// when returns a condition of one operator and one key.
func when(operator, key string, value any) map[string]any {
	return map[string]any{operator: map[string]any{key: value}}
}

// inPlaces returns a resource of every installation: a list, or the one ARN where there is but one.
func inPlaces(places []deploy.Names, resources ...func(deploy.Names) string) any {
	return allInPlaces(places, func(names deploy.Names) []string {
		var all []string
		for _, resource := range resources {
			all = append(all, resource(names))
		}
		return all
	})
}

// allInPlaces is inPlaces for what an installation can have several of.
func allInPlaces(places []deploy.Names, resources func(deploy.Names) []string) any {
	var all []string
	for _, names := range places {
		for _, each := range resources(names) {
			if !slices.Contains(all, each) { // as the clusters of every prefix
				all = append(all, each)
			}
		}
	}
	if len(all) == 1 {
		return all[0]
	}
	return all
}
