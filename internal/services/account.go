package services

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"
)

// Account is what surrounds the services of a region: other rules, quotas, and room for executions.
type Account struct {
	Rules []Rule // enabled ones of the default bus that match a notice
	// SpotQuota and OnDemandQuota are the vCPUs that Fargate may run, SpotUsage and OnDemandUsage the most
	// that ran in the last three hours; nil where they were not read.
	SpotQuota, OnDemandQuota, SpotUsage, OnDemandUsage *float64
	// Unreserved is the account's executions that no function has reserved; nil where it was not read.
	Unreserved *int
	Unread     []Unread
}

// Rule is a rule that matches a notice.
type Rule struct {
	Name    string
	ARN     string
	Targets []RuleTarget
}

// RuleTarget is what a rule invokes.
type RuleTarget struct {
	ARN string
	// Redeploys reports whether it is a function whose role may ecs:UpdateService; nil: it was not found out.
	Redeploys *bool
}

// The parts of an account.
const (
	PartRules       Part = "rules"
	PartQuotas      Part = "quotas"
	PartConcurrency Part = "concurrency"
)

// Quotas of the service fargate, in vCPUs (Service Quotas).
const (
	QuotaSpot     = "L-36FBB829"
	QuotaOnDemand = "L-3032A538"
)

// RulesAPI is what is asked of EventBridge.
type RulesAPI interface {
	ListRules(context.Context, *eventbridge.ListRulesInput, ...func(*eventbridge.Options)) (*eventbridge.ListRulesOutput, error)
	ListTargetsByRule(context.Context, *eventbridge.ListTargetsByRuleInput, ...func(*eventbridge.Options)) (*eventbridge.ListTargetsByRuleOutput, error)
}

// FunctionsAPI is what is asked of Lambda.
type FunctionsAPI interface {
	GetFunctionConfiguration(context.Context, *lambda.GetFunctionConfigurationInput, ...func(*lambda.Options)) (*lambda.GetFunctionConfigurationOutput, error)
	GetAccountSettings(context.Context, *lambda.GetAccountSettingsInput, ...func(*lambda.Options)) (*lambda.GetAccountSettingsOutput, error)
}

// SimulatorAPI is what is asked of IAM.
type SimulatorAPI interface {
	SimulatePrincipalPolicy(context.Context, *iam.SimulatePrincipalPolicyInput, ...func(*iam.Options)) (*iam.SimulatePrincipalPolicyOutput, error)
}

// QuotasAPI is what is asked of Service Quotas.
type QuotasAPI interface {
	GetServiceQuota(context.Context, *servicequotas.GetServiceQuotaInput, ...func(*servicequotas.Options)) (*servicequotas.GetServiceQuotaOutput, error)
}

// MetricsAPI is what is asked of CloudWatch.
type MetricsAPI interface {
	GetMetricData(context.Context, *cloudwatch.GetMetricDataInput, ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error)
}

var (
	_ RulesAPI     = (*eventbridge.Client)(nil)
	_ FunctionsAPI = (*lambda.Client)(nil)
	_ SimulatorAPI = (*iam.Client)(nil)
	_ QuotasAPI    = (*servicequotas.Client)(nil)
	_ MetricsAPI   = (*cloudwatch.Client)(nil)
)

// AccountClients are the AWS services that an account's surroundings are read from.
type AccountClients struct {
	Rules     RulesAPI
	Functions FunctionsAPI
	Simulator SimulatorAPI
	Quotas    QuotasAPI
	Metrics   MetricsAPI
}

// AccountQuestion says what to look for.
type AccountQuestion struct {
	// Matches reports whether an event pattern, as JSON, matches a notice; an error says that it is not known.
	Matches func(pattern string) (bool, error)
	Ours    []string // names of rules that are left out
	Service string   // ARN of a service that a target's role is asked about
	Now     time.Time
}

// ReadAccount reads what surrounds the services. What the caller may not read, or what fails, is told in
// Unread. An error is the end of the context.
func ReadAccount(ctx context.Context, clients AccountClients, q AccountQuestion) (*Account, error) {
	r := &accountReader{
		reader: &reader{denied: map[string]Unread{}}, clients: clients, question: q,
		// Reads of EventBridge have no published rate; Lambda documents 15 a second for all of its control plane.
		pace: rate.NewLimiter(10, 5),
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, part := range []func(context.Context) error{r.rules, r.quotas, r.usage, r.concurrency} {
		group.Go(func() error { return part(ctx) })
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return &r.account, nil
}

type accountReader struct {
	*reader
	clients  AccountClients
	question AccountQuestion
	pace     *rate.Limiter
	account  Account
}

// set changes the account, for one goroutine at a time.
func (r *accountReader) set(change func(*Account)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.account)
}

func (r *accountReader) unread(u *Unread) {
	r.set(func(a *Account) {
		if !slices.ContainsFunc(a.Unread, func(known Unread) bool { return known.Why == u.Why }) {
			a.Unread = append(a.Unread, *u)
		}
	})
}
