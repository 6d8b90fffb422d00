package services

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	policies "github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/spothandler/spothandler/internal/apperr"
)

// CallerAPI is the part of IAM that evaluates the caller's permissions.
type CallerAPI interface {
	SimulatorAPI
	GetRole(context.Context, *iam.GetRoleInput, ...func(*iam.Options)) (*iam.GetRoleOutput, error)
}

var _ CallerAPI = (*iam.Client)(nil)

// Request is an action on a resource that IAM evaluates.
type Request struct {
	Resource string // its ARN
	Actions  []string
}

// CallerPermissions is the result of the simulator for the caller.
type CallerPermissions struct {
	Denied  []string // actions
	Unknown string   // why something is unknown; "" if nothing is
}

// errUnknownCaller reports a federated user, whom the simulator does not support.
var errUnknownCaller = errors.New("IAM's policy simulator supports only users and roles")

// CallerMay reports which of the requests IAM denies the caller, whose ARN GetCallerIdentity returned. An account's
// root user is not denied anything here. The simulator does not consider session policies. An error is the context's.
func CallerMay(ctx context.Context, api CallerAPI, caller string, requests []Request) (permissions CallerPermissions, err error) {
	if strings.HasSuffix(caller, ":root") {
		return permissions, nil
	}
	source, err := simulated(caller)
	for _, request := range requests {
		var response *iam.SimulatePrincipalPolicyOutput
		if err == nil {
			response, err = askOf(ctx, api, source, request)
		}
		if apperr.IsNotFound(err) { // the role has a path, which the caller's ARN does not show
			if source, err = roleARN(ctx, api, source); err == nil {
				response, err = askOf(ctx, api, source, request)
			}
		}
		if ctx.Err() != nil {
			return CallerPermissions{}, ctx.Err()
		}
		if err != nil {
			permissions.Unknown = apperr.WhyNot(err)
			return permissions, nil
		}
		permissions.take(response.EvaluationResults)
	}
	return permissions, nil
}

func (r *CallerPermissions) take(results []policies.EvaluationResult) {
	for _, e := range results {
		action := aws.ToString(e.EvalActionName)
		if e.EvalDecision != policies.PolicyEvaluationDecisionTypeAllowed && !isMissingContext(e) && !slices.Contains(r.Denied, action) {
			r.Denied = append(r.Denied, action)
		}
	}
}

func askOf(ctx context.Context, api SimulatorAPI, source string, request Request) (*iam.SimulatePrincipalPolicyOutput, error) {
	return api.SimulatePrincipalPolicy(ctx, &iam.SimulatePrincipalPolicyInput{
		PolicySourceArn: &source, ActionNames: request.Actions, ResourceArns: []string{request.Resource},
		ContextEntries: append(contextOf("", request.Resource), policies.ContextEntry{ // as for Lambda's role
			ContextKeyName: aws.String("iam:PassedToService"), ContextKeyType: policies.ContextKeyTypeEnumString, ContextKeyValues: []string{"lambda.amazonaws.com"},
		}),
	})
}

// simulated returns the ARN that the simulator accepts for a caller: it rejects those of STS (InvalidInput), so for
// an assumed role it is the role's, without a path.
func simulated(caller string) (string, error) {
	parsed, err := arn.Parse(caller)
	if err != nil {
		return "", err
	}
	kind, rest, _ := strings.Cut(parsed.Resource, "/")
	switch {
	case parsed.Service == "iam" && kind == "user":
		return caller, nil
	case parsed.Service == "sts" && kind == "assumed-role":
		name, _, _ := strings.Cut(rest, "/")
		parsed.Service, parsed.Resource = "iam", "role/"+name
		return parsed.String(), nil
	}
	return "", errUnknownCaller
}

// roleARN returns the ARN of a role with its path.
func roleARN(ctx context.Context, api CallerAPI, withoutPath string) (string, error) {
	response, err := api.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String(withoutPath[strings.LastIndexByte(withoutPath, '/')+1:])})
	if err != nil {
		return "", err
	}
	return aws.ToString(response.Role.Arn), nil
}

// isMissingContext reports whether a decision depends on an unknown value.
func isMissingContext(e policies.EvaluationResult) bool {
	return len(e.MissingContextValues) > 0 || slices.ContainsFunc(e.ResourceSpecificResults, func(r policies.ResourceSpecificResult) bool {
		return len(r.MissingContextValues) > 0
	})
}
