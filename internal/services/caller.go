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

// CallerAPI is the part of IAM that is asked about the caller.
type CallerAPI interface {
	SimulatorAPI
	GetRole(context.Context, *iam.GetRoleInput, ...func(*iam.Options)) (*iam.GetRoleOutput, error)
}

var _ CallerAPI = (*iam.Client)(nil)

// Wish is what a caller wants to do with a resource.
type Wish struct {
	Resource string // its ARN
	Actions  []string
}

// CallerRights is the simulator's answer about the caller.
type CallerRights struct {
	Denied  []string // actions
	Unknown string   // why something is not known; "" is nothing
}

// errUnknownCaller: a federated user, of whom the simulator knows nothing.
var errUnknownCaller = errors.New("IAM's policy simulator knows users and roles only")

// CallerMay reports which of the wishes IAM denies the caller, whose ARN GetCallerIdentity returned. Nothing is denied to
// an account's root user here. The simulator does not consider session policies. An error is the context's.
func CallerMay(ctx context.Context, api CallerAPI, caller string, wishes []Wish) (rights CallerRights, err error) {
	if strings.HasSuffix(caller, ":root") {
		return rights, nil
	}
	source, err := simulated(caller)
	for _, wish := range wishes {
		var answer *iam.SimulatePrincipalPolicyOutput
		if err == nil {
			answer, err = askOf(ctx, api, source, wish)
		}
		if apperr.IsNotFound(err) { // the role has a path, which the caller's ARN does not show
			if source, err = roleARN(ctx, api, source); err == nil {
				answer, err = askOf(ctx, api, source, wish)
			}
		}
		if ctx.Err() != nil {
			return CallerRights{}, ctx.Err()
		}
		if err != nil {
			rights.Unknown = apperr.WhyNot(err)
			return rights, nil
		}
		rights.take(answer.EvaluationResults)
	}
	return rights, nil
}

func (r *CallerRights) take(results []policies.EvaluationResult) {
	for _, e := range results {
		action := aws.ToString(e.EvalActionName)
		if e.EvalDecision != policies.PolicyEvaluationDecisionTypeAllowed && !isMissingContext(e) && !slices.Contains(r.Denied, action) {
			r.Denied = append(r.Denied, action)
		}
	}
}

func askOf(ctx context.Context, api SimulatorAPI, source string, wish Wish) (*iam.SimulatePrincipalPolicyOutput, error) {
	return api.SimulatePrincipalPolicy(ctx, &iam.SimulatePrincipalPolicyInput{
		PolicySourceArn: &source, ActionNames: wish.Actions, ResourceArns: []string{wish.Resource},
		ContextEntries: append(contextOf("", wish.Resource), policies.ContextEntry{ // as for Lambda's role
			ContextKeyName: aws.String("iam:PassedToService"), ContextKeyType: policies.ContextKeyTypeEnumString, ContextKeyValues: []string{"lambda.amazonaws.com"},
		}),
	})
}

// simulated returns the ARN that the simulator takes for a caller: STS's are refused (InvalidInput), so an assumed role's
// is that of the role, without a path.
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
	answer, err := api.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String(withoutPath[strings.LastIndexByte(withoutPath, '/')+1:])})
	if err != nil {
		return "", err
	}
	return aws.ToString(answer.Role.Arn), nil
}

// isMissingContext reports whether a decision depends on a value that is not known here.
func isMissingContext(e policies.EvaluationResult) bool {
	return len(e.MissingContextValues) > 0 || slices.ContainsFunc(e.ResourceSpecificResults, func(r policies.ResourceSpecificResult) bool {
		return len(r.MissingContextValues) > 0
	})
}
