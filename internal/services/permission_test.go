package services

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	policies "github.com/aws/aws-sdk-go-v2/service/iam/types"
)

const role = "arn:aws:iam::111122223333:role/spothandler/spothandler-eu-west-1"

// Every service is asked about, those of a cluster in one call, in the context of the function's own calls.
func TestMayRedeployEach(t *testing.T) {
	s := &fakeAccount{fakeAWS: &fakeAWS{}, mayWrite: "service/shop/web"}
	found, unread, err := MayRedeployEach(t.Context(), s, role, []string{arnRoot + "service/shop/web", arnRoot + "service/batch/etl", arnRoot + "service/shop/api"})
	if err != nil || unread != nil {
		t.Fatalf("%v, %v", unread, err)
	}
	if !slices.Equal(found.Allowed, []string{arnRoot + "service/shop/web"}) || !slices.Equal(found.Denied, []string{arnRoot + "service/batch/etl", arnRoot + "service/shop/api"}) {
		t.Errorf("%+v", found)
	}
	var contexts []string
	for _, asked := range s.asked {
		for _, entry := range asked.ContextEntries {
			contexts = append(contexts, *entry.ContextKeyName+"="+entry.ContextKeyValues[0])
		}
	}
	if want := []string{
		"ecs:cluster=" + arnRoot + "cluster/batch", "aws:RequestedRegion=eu-west-1", "ecs:cluster=" + arnRoot + "cluster/shop", "aws:RequestedRegion=eu-west-1",
	}; !slices.Equal(contexts, want) {
		t.Errorf("context %s", contexts)
	}
}

// The number of calls is limited; services that they do not reach are unread, neither allowed nor denied.
func TestSimulationsAreBounded(t *testing.T) {
	s := &fakeAccount{fakeAWS: &fakeAWS{}}
	var services []string
	for cluster := range mostSimulations + 5 {
		services = append(services, fmt.Sprintf("%sservice/c%02d/api", arnRoot, cluster))
	}
	found, unread, err := MayRedeployEach(t.Context(), s, role, services)
	if err != nil || len(s.asked) != mostSimulations || len(found.Denied) != mostSimulations || unread == nil || !strings.Contains(unread.Why, "at most 20 times") {
		t.Errorf("%d calls, %d denied, %v, %v", len(s.asked), len(found.Denied), unread, err)
	}
}

// In whichever form IAM returns its decisions, the one for each resource counts: one that is missing, or depends on
// an unknown value, is not a denial.
func TestDecisions(t *testing.T) {
	denied, allowed := policies.PolicyEvaluationDecisionTypeExplicitDeny, policies.PolicyEvaluationDecisionTypeAllowed
	for _, test := range []struct {
		name    string
		results []policies.EvaluationResult
		want    string
	}{
		{"in one result", []policies.EvaluationResult{{EvalDecision: denied, ResourceSpecificResults: []policies.ResourceSpecificResult{
			{EvalResourceName: aws.String("a"), EvalResourceDecision: denied}, {EvalResourceName: aws.String("b"), EvalResourceDecision: allowed},
		}}}, "[b] [a] "},
		{"in a result each", []policies.EvaluationResult{
			{EvalResourceName: aws.String("a"), EvalDecision: allowed}, {EvalResourceName: aws.String("b"), EvalDecision: denied},
		}, "[a] [b] "},
		{"of one alone", []policies.EvaluationResult{{EvalResourceName: aws.String("a"), EvalDecision: allowed}}, "[a] [] IAM returned no decision for b"},
		{"depending on a tag", []policies.EvaluationResult{
			{EvalResourceName: aws.String("a"), EvalDecision: allowed},
			{EvalResourceName: aws.String("b"), EvalDecision: denied, MissingContextValues: []string{"aws:ResourceTag/a", "aws:ResourceTag/a"}},
		}, "[a] [] a policy has a condition on aws:ResourceTag/a"},
	} {
		var s simulation
		why := s.take(test.results, []string{"a", "b"})
		if got := fmt.Sprintf("%v %v %s", s.found.Allowed, s.found.Denied, why); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}
