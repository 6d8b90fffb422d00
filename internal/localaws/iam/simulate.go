package iam

import (
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

// simulate evaluates a role's policies and its boundary as for a real call.
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
	context := map[string]string{}
	for _, entry := range in.ContextEntries {
		if len(entry.ContextKeyValues) > 0 {
			context[strings.ToLower(entry.ContextKeyName)] = entry.ContextKeyValues[0]
		}
	}
	if len(in.ResourceArns) == 0 {
		in.ResourceArns = []string{"*"}
	}
	results := []api.Obj{}
	for _, action := range in.ActionNames {
		for _, resource := range in.ResourceArns {
			found, _ := have.Decide(policy.Ask{Action: action, Resource: resource, Context: context})
			results = append(results, api.Obj{
				"EvalActionName": action, "EvalResourceName": resource,
				"EvalDecision": map[policy.Verdict]string{policy.Allowed: "allowed", policy.Forbidden: "explicitDeny", policy.NotAllowed: "implicitDeny"}[found],
			})
		}
	}
	return api.Obj{"EvaluationResults": results, "IsTruncated": false}, nil
}
