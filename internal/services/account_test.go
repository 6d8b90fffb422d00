package services

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	metrics "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	events "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	policies "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	quotas "github.com/aws/aws-sdk-go-v2/service/servicequotas/types"
)

// fakeAccount is an account with rules, a function, quotas and usage figures.
type fakeAccount struct {
	*fakeAWS
	rules    []events.Rule
	mayWrite string // the service on which the function's role may ecs:UpdateService, without root
	asked    []*iam.SimulatePrincipalPolicyInput
}

func (s *fakeAccount) ListRules(_ context.Context, in *eventbridge.ListRulesInput, _ ...func(*eventbridge.Options)) (*eventbridge.ListRulesOutput, error) {
	if err := s.call("events:ListRules"); err != nil {
		return nil, err
	}
	rules, next := page(s.rules, in.NextToken, 2)
	return &eventbridge.ListRulesOutput{Rules: rules, NextToken: next}, nil
}

func (s *fakeAccount) ListTargetsByRule(_ context.Context, _ *eventbridge.ListTargetsByRuleInput, _ ...func(*eventbridge.Options)) (*eventbridge.ListTargetsByRuleOutput, error) {
	if err := s.call("events:ListTargetsByRule"); err != nil {
		return nil, err
	}
	return &eventbridge.ListTargetsByRuleOutput{Targets: []events.Target{
		{Arn: aws.String("arn:aws:lambda:eu-west-1:111122223333:function:other")},
		{Arn: aws.String("arn:aws:sns:eu-west-1:111122223333:chat")},
	}}, nil
}

func (s *fakeAccount) GetFunctionConfiguration(context.Context, *lambda.GetFunctionConfigurationInput, ...func(*lambda.Options)) (*lambda.GetFunctionConfigurationOutput, error) {
	return &lambda.GetFunctionConfigurationOutput{Role: aws.String("arn:aws:iam::111122223333:role/service-role/other")}, s.call("lambda:GetFunctionConfiguration")
}

func (s *fakeAccount) GetAccountSettings(context.Context, *lambda.GetAccountSettingsInput, ...func(*lambda.Options)) (*lambda.GetAccountSettingsOutput, error) {
	return &lambda.GetAccountSettingsOutput{AccountLimit: &lambdatypes.AccountLimit{UnreservedConcurrentExecutions: aws.Int32(900)}}, s.call("lambda:GetAccountSettings")
}

func (s *fakeAccount) SimulatePrincipalPolicy(_ context.Context, in *iam.SimulatePrincipalPolicyInput, _ ...func(*iam.Options)) (*iam.SimulatePrincipalPolicyOutput, error) {
	if err := s.call("iam:SimulatePrincipalPolicy"); err != nil {
		return nil, err
	}
	s.asked = append(s.asked, in)
	response := policies.EvaluationResult{EvalResourceName: aws.String("arn:${Partition}:ecs:${Region}:${Account}:service/${ClusterName}/${ServiceName}")}
	for _, resource := range in.ResourceArns {
		decision := policies.PolicyEvaluationDecisionTypeImplicitDeny
		if resource == arnRoot+s.mayWrite {
			decision = policies.PolicyEvaluationDecisionTypeAllowed
		}
		response.ResourceSpecificResults = append(response.ResourceSpecificResults, policies.ResourceSpecificResult{EvalResourceName: &resource, EvalResourceDecision: decision})
	}
	return &iam.SimulatePrincipalPolicyOutput{EvaluationResults: []policies.EvaluationResult{response}}, nil
}

func (s *fakeAccount) GetServiceQuota(_ context.Context, in *servicequotas.GetServiceQuotaInput, _ ...func(*servicequotas.Options)) (*servicequotas.GetServiceQuotaOutput, error) {
	value := map[string]float64{QuotaSpot: 512, QuotaOnDemand: 6}[*in.QuotaCode]
	return &servicequotas.GetServiceQuotaOutput{Quota: &quotas.ServiceQuota{Value: &value}}, s.call("servicequotas:GetServiceQuota")
}

func (s *fakeAccount) GetMetricData(context.Context, *cloudwatch.GetMetricDataInput, ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error) {
	return &cloudwatch.GetMetricDataOutput{MetricDataResults: []metrics.MetricDataResult{
		{Id: aws.String("spot"), Values: []float64{470, 490}}, {Id: aws.String("ondemand")},
	}}, s.call("cloudwatch:GetMetricData")
}

func (s *fakeAccount) read(t *testing.T) *Account {
	t.Helper()
	var account *Account
	synctest.Test(t, func(t *testing.T) {
		var err error
		account, err = ReadAccount(t.Context(), AccountClients{s, s, s, s, s}, AccountQuestion{
			Matches:  func(pattern string) (bool, error) { return strings.Contains(pattern, "Spot"), nil },
			OwnRules: []string{"prod-rule"}, Services: []string{arnRoot + "service/batch/job", arnRoot + "service/shop/api", arnRoot + "service/shop/web"},
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	return account
}

func rulesOf(account *Account) string {
	var names []string
	for _, rule := range account.Rules {
		names = append(names, rule.Name)
	}
	return strings.Join(names, " ")
}

// Only rules that match a notice are kept: enabled, not managed by a service, not ours, with a pattern.
func TestReadAccount(t *testing.T) {
	s := &fakeAccount{fakeAWS: &fakeAWS{}, mayWrite: "service/shop/web", rules: []events.Rule{
		{Name: aws.String("theirs"), EventPattern: aws.String(`{"detail":{"stopCode":["SpotInterruption"]}}`), State: events.RuleStateEnabled},
		{Name: aws.String("prod-rule"), EventPattern: aws.String(`{"detail":{"stopCode":["SpotInterruption"]}}`)},
		{Name: aws.String("off"), EventPattern: aws.String(`{"detail":{"stopCode":["SpotInterruption"]}}`), State: events.RuleStateDisabled},
		{Name: aws.String("managed"), EventPattern: aws.String(`{"detail":{"stopCode":["SpotInterruption"]}}`), ManagedBy: aws.String("autoscaling.amazonaws.com")},
		{Name: aws.String("else"), EventPattern: aws.String(`{"source":["aws.ec2"]}`)},
		{Name: aws.String("hourly")},
	}}
	account := s.read(t)
	if got := rulesOf(account); got != "theirs" || len(account.Unread) > 0 {
		t.Fatalf("rules %q, unread %v", got, account.Unread)
	}
	targets := account.Rules[0].Targets
	if !*targets[0].Redeploys || *targets[1].Redeploys {
		t.Errorf("targets: %+v", targets)
	}
	var clusters []string
	for _, asked := range s.asked {
		clusters = append(clusters, asked.ContextEntries[0].ContextKeyValues...)
	}
	if want := []string{arnRoot + "cluster/batch", arnRoot + "cluster/shop"}; !slices.Equal(clusters, want) {
		t.Errorf("the role was asked about clusters %s", clusters)
	}
	if *account.SpotQuota != 512 || *account.OnDemandQuota != 6 || *account.SpotUsage != 490 || account.OnDemandUsage != nil || *account.Unreserved != 900 {
		t.Errorf("%+v", account)
	}
}

// A denial leaves its part unread; the rest is read.
func TestReadAccountDenied(t *testing.T) {
	for _, action := range []string{
		"events:ListRules", "events:ListTargetsByRule", "lambda:GetFunctionConfiguration", "iam:SimulatePrincipalPolicy",
		"servicequotas:GetServiceQuota", "cloudwatch:GetMetricData", "lambda:GetAccountSettings",
	} {
		s := &fakeAccount{fakeAWS: &fakeAWS{denied: map[string]string{action: "AccessDenied"}}}
		s.rules = []events.Rule{{Name: aws.String("theirs"), EventPattern: aws.String("Spot")}}
		account := s.read(t)
		if len(account.Unread) != 1 || account.Unread[0].Why != "no permission for "+action {
			t.Errorf("%s: %+v", action, account.Unread)
		}
	}
}
