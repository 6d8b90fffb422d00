package services

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	policies "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"golang.org/x/time/rate"
)

// The result of IAM's policy simulator for ecs:UpdateService. It evaluates the role's policies, its permissions boundary
// and service control policies, but no session or resource policies (IAM API, SimulatePrincipalPolicy).

const (
	// simulatedAtOnce is the number of services that one call asks about: a response has up to 100 results unless
	// specified otherwise (IAM API, SimulatePrincipalPolicy, which documents no limit for ResourceArns).
	simulatedAtOnce = 100
	// mostSimulations bounds the calls about one role. AWS does not publish their rate.
	mostSimulations = 20
)

// Permission is the result of IAM's policy simulator for services, given by their ARNs.
type Permission struct{ Allowed, Denied []string }

// MayRedeploy reports whether a role may call ecs:UpdateService on a service, given by its ARN. If that is unknown
// the result is nil, and Unread says why; an error is the context's.
func MayRedeploy(ctx context.Context, simulator SimulatorAPI, role, service string) (*bool, *Unread, error) {
	return MayRedeployAny(ctx, simulator, role, []string{service})
}

// MayRedeployAny is MayRedeploy for several services: it reports whether the role may redeploy at least one of them.
func MayRedeployAny(ctx context.Context, simulator SimulatorAPI, role string, services []string) (*bool, *Unread, error) {
	found, unread, err := simulate(ctx, simulator, role, services, func(p Permission) bool { return len(p.Allowed) > 0 })
	switch {
	case err != nil:
		return nil, nil, err
	case len(found.Allowed) > 0:
		return aws.Bool(true), nil, nil
	case unread != nil:
		return nil, unread, nil
	}
	return aws.Bool(false), nil, nil
}

// MayRedeployEach evaluates every service. Unread says why the result is unknown for some services; an error is the
// context's.
func MayRedeployEach(ctx context.Context, simulator SimulatorAPI, role string, services []string) (Permission, *Unread, error) {
	return simulate(ctx, simulator, role, services, func(Permission) bool { return false })
}

// simulate evaluates the services one cluster at a time, because a policy may have a condition on ecs:cluster, until
// enough is known.
func simulate(ctx context.Context, simulator SimulatorAPI, role string, services []string, enough func(Permission) bool) (found Permission, unknown *Unread, err error) {
	s := simulation{simulator: simulator, role: role}
	clusters := map[string][]string{}
	for _, service := range services {
		cluster := clusterOf(service)
		clusters[cluster] = append(clusters[cluster], service)
	}
	for _, cluster := range slices.Sorted(maps.Keys(clusters)) {
		for batch := range slices.Chunk(clusters[cluster], simulatedAtOnce) {
			unread, err := s.ask(ctx, cluster, batch)
			if err != nil {
				return Permission{}, nil, err
			}
			unknown = cmp.Or(unknown, unread)
			if unread != nil && unread.Denied || enough(s.found) { // the next call would be denied as well
				return s.found, unknown, nil
			}
		}
	}
	return s.found, unknown, nil
}

// simulation evaluates one role.
type simulation struct {
	simulator SimulatorAPI
	role      string
	calls     int
	found     Permission
}

// ask evaluates services of one cluster, whose ARN is "" if it is unknown.
func (s *simulation) ask(ctx context.Context, cluster string, services []string) (*Unread, error) {
	a := access{PartRules, "iam:SimulatePrincipalPolicy", s.role, false}
	input := &iam.SimulatePrincipalPolicyInput{
		PolicySourceArn: &s.role, ActionNames: []string{"ecs:UpdateService"}, ResourceArns: services, ContextEntries: contextOf(cluster, services[0]),
	}
	r := &reader{denied: map[string]Unread{}}
	var results []policies.EvaluationResult
	for {
		if s.calls++; s.calls > mostSimulations {
			return s.unread(a, fmt.Sprintf("%s is called at most %d times for a role", a.action, mostSimulations)), nil
		}
		response, unread, err := read(ctx, r, rate.NewLimiter(rate.Inf, 1), a, func(ctx context.Context) (*iam.SimulatePrincipalPolicyOutput, error) {
			return s.simulator.SimulatePrincipalPolicy(ctx, input)
		})
		if err != nil || unread != nil {
			return unread, err
		}
		results = append(results, response.EvaluationResults...)
		if input.Marker = response.Marker; !response.IsTruncated || aws.ToString(input.Marker) == "" {
			break
		}
	}
	if why := s.take(results, services); why != "" {
		return s.unread(a, why), nil
	}
	return nil, nil
}

func (s *simulation) unread(a access, why string) *Unread {
	return &Unread{Part: a.part, Action: a.action, Subject: a.subject, Why: why}
}

// take stores the decisions on services, and returns why some remain unknown, or "".
func (s *simulation) take(results []policies.EvaluationResult, services []string) (why string) {
	byService := map[string]policies.ResourceSpecificResult{}
	for _, one := range flatten(results) {
		byService[aws.ToString(one.EvalResourceName)] = one
		if len(services) == 1 { // whatever its name in the result
			byService[services[0]] = one
		}
	}
	for _, service := range services {
		one, found := byService[service]
		switch {
		case !found:
			why = cmp.Or(why, "IAM returned no decision for "+service)
		case one.EvalResourceDecision == policies.PolicyEvaluationDecisionTypeAllowed:
			s.found.Allowed = append(s.found.Allowed, service)
		case len(one.MissingContextValues) > 0: // a condition on a value that is unknown here
			why = cmp.Or(why, "a policy has a condition on "+strings.Join(slices.Compact(slices.Sorted(slices.Values(one.MissingContextValues))), ", "))
		default:
			s.found.Denied = append(s.found.Denied, service)
		}
	}
	return why
}

// flatten returns the decisions on each resource: those in ResourceSpecificResults or, where a response has none, the
// result itself, whose EvalResourceName then was the resource.
func flatten(results []policies.EvaluationResult) []policies.ResourceSpecificResult {
	var all []policies.ResourceSpecificResult
	for _, e := range results {
		all = append(all, e.ResourceSpecificResults...)
		if len(e.ResourceSpecificResults) == 0 {
			all = append(all, policies.ResourceSpecificResult{
				EvalResourceName: e.EvalResourceName, EvalResourceDecision: e.EvalDecision, MissingContextValues: e.MissingContextValues,
			})
		}
	}
	return all
}

// contextOf returns the known condition keys of the function's call: its cluster, and the Region, on which service
// control policies often have a condition.
func contextOf(cluster, service string) []policies.ContextEntry {
	var entries []policies.ContextEntry
	add := func(key, value string) {
		if value != "" {
			entries = append(entries, policies.ContextEntry{ContextKeyName: &key, ContextKeyType: policies.ContextKeyTypeEnumString, ContextKeyValues: []string{value}})
		}
	}
	add("ecs:cluster", cluster)
	parsed, _ := arn.Parse(service)
	add("aws:RequestedRegion", parsed.Region)
	return entries
}

// clusterOf returns the ARN of the cluster in a service's long ARN, or "".
func clusterOf(service string) string {
	parsed, err := arn.Parse(service)
	if err != nil {
		return ""
	}
	parts := strings.Split(parsed.Resource, "/")
	if len(parts) != 3 {
		return ""
	}
	parsed.Resource = "cluster/" + parts[1]
	return parsed.String()
}
