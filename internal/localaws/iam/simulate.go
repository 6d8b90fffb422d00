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

// simulate evaluates a role's policies and its boundary as for a real call. Each action has one result, with a decision
// on each resource; its own is the most restrictive of them (IAM API, EvaluationResult).
func (s *Service) simulate(_ *api.Request, in *simulateInput) (any, error) {
	role := s.ofARN(in.PolicySourceArn)
	if !strings.Contains(in.PolicySourceArn, ":iam:") {
		return nil, api.Refuse("InvalidInput", "Invalid Entity Arn: %s does not clearly define entity type and name.", in.PolicySourceArn)
	}
	if role == nil {
		return nil, noSuchEntity("The role %s cannot be found.", in.PolicySourceArn)
	}
	have, err := s.rights(role)
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
