package iam

import (
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/localaws/api"
	"github.com/spothandler/spothandler/internal/localaws/policy"
)

// simulateInput is the input of SimulatePrincipalPolicy.
type simulateInput struct {
	PolicySourceArn string
	ActionNames     []string
	ResourceArns    []string
	ContextEntries  []struct {
		ContextKeyName   string
		ContextKeyValues []string
	}
}

func (in *simulateInput) ARN(*api.Region) string { return in.PolicySourceArn }

func (in *simulateInput) Asks(own api.Ask, _ *api.Request) []api.Ask { return []api.Ask{own} }

// simulate evaluates the policies and the boundary of a role, or of the calling user, as for a real call. Each action has
// one result, with a decision on each resource; its own is the most restrictive of them (IAM API, EvaluationResult).
func (s *Service) simulate(c *api.Request, in *simulateInput) (any, error) {
	have, err := s.simulated(c, in.PolicySourceArn)
	if err != nil {
		return nil, err
	}
	context := in.context()
	if len(in.ResourceArns) == 0 {
		in.ResourceArns = []string{"*"}
	}
	results := []api.Obj{}
	for _, action := range in.ActionNames {
		worst, each := policy.Allowed, []api.Obj{}
		for _, resource := range in.ResourceArns {
			found, _ := have.Decide(policy.Ask{Action: action, Resource: resource, Context: context})
			if found == policy.Forbidden || worst == policy.Allowed {
				worst = found
			}
			each = append(each, api.Obj{"EvalResourceName": resource, "EvalResourceDecision": wordFor(found)})
		}
		result := api.Obj{"EvalActionName": action, "EvalResourceName": "*", "EvalDecision": wordFor(worst)}
		if !slices.Equal(in.ResourceArns, []string{"*"}) {
			result["ResourceSpecificResults"] = each
		}
		results = append(results, result)
	}
	return api.Obj{"EvaluationResults": results, "IsTruncated": false}, nil
}

// simulated returns the policies of a user or a role.
func (s *Service) simulated(c *api.Request, source string) (api.Rights, error) {
	switch role := s.ofARN(source); {
	case !strings.Contains(source, ":iam:"):
		return api.Rights{}, api.Refuse("InvalidInput", "Invalid Entity Arn: %s does not clearly define entity type and name.", source)
	case source == c.Record.Principal:
		return c.RightsLocked()
	case role == nil:
		return api.Rights{}, noSuchEntity("The role %s cannot be found.", source)
	default:
		return s.rights(role)
	}
}

func wordFor(v policy.Verdict) string {
	return map[policy.Verdict]string{policy.Allowed: "allowed", policy.Forbidden: "explicitDeny", policy.NotAllowed: "implicitDeny"}[v]
}

// context returns the given condition keys, in lower case.
func (in *simulateInput) context() map[string]string {
	context := map[string]string{}
	for _, entry := range in.ContextEntries {
		if len(entry.ContextKeyValues) > 0 {
			context[strings.ToLower(entry.ContextKeyName)] = entry.ContextKeyValues[0]
		}
	}
	return context
}
