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

// Account describes the account around the services of a Region: other rules, quotas, and available
// executions.
type Account struct {
	Rules []Rule // enabled rules of the default event bus that match a notice
	// SpotQuota and OnDemandQuota are the vCPUs that Fargate may run, SpotUsage and OnDemandUsage the maximum
	// that ran in the last three hours; nil if they were not read.
	SpotQuota, OnDemandQuota, SpotUsage, OnDemandUsage *float64
	// Unreserved is the account's unreserved concurrent executions; nil if it was not read.
	Unreserved *int
	Unread     []Unread
}

// Rule is a rule that matches an interruption warning.
type Rule struct {
	Name    string
	ARN     string
	Targets []RuleTarget
}

// RuleTarget is the target of a rule.
type RuleTarget struct {
	ARN string
	// Redeploys reports whether it is a function whose role may ecs:UpdateService; nil if unknown.
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

// RulesAPI is the part of EventBridge that is used.
type RulesAPI interface {
	ListRules(context.Context, *eventbridge.ListRulesInput, ...func(*eventbridge.Options)) (*eventbridge.ListRulesOutput, error)
	ListTargetsByRule(context.Context, *eventbridge.ListTargetsByRuleInput, ...func(*eventbridge.Options)) (*eventbridge.ListTargetsByRuleOutput, error)
}

// FunctionsAPI is the part of Lambda that is used.
type FunctionsAPI interface {
	GetFunctionConfiguration(context.Context, *lambda.GetFunctionConfigurationInput, ...func(*lambda.Options)) (*lambda.GetFunctionConfigurationOutput, error)
	GetAccountSettings(context.Context, *lambda.GetAccountSettingsInput, ...func(*lambda.Options)) (*lambda.GetAccountSettingsOutput, error)
}

// SimulatorAPI is the part of IAM that is used.
type SimulatorAPI interface {
	SimulatePrincipalPolicy(context.Context, *iam.SimulatePrincipalPolicyInput, ...func(*iam.Options)) (*iam.SimulatePrincipalPolicyOutput, error)
}

// QuotasAPI is the part of Service Quotas that is used.
type QuotasAPI interface {
	GetServiceQuota(context.Context, *servicequotas.GetServiceQuotaInput, ...func(*servicequotas.Options)) (*servicequotas.GetServiceQuotaOutput, error)
}

// MetricsAPI is the part of CloudWatch that is used.
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

// AccountClients are the AWS clients to read an Account with.
type AccountClients struct {
	Rules     RulesAPI
	Functions FunctionsAPI
	Simulator SimulatorAPI
	Quotas    QuotasAPI
	Metrics   MetricsAPI
}

// AccountQuestion are the options of ReadAccount.
type AccountQuestion struct {
	// Matches reports whether an event pattern, as JSON, matches an interruption warning; an error means that this is
	// unknown.
	Matches  func(pattern string) (bool, error)
	OwnRules []string // names of rules to ignore
	// Services are the long ARNs of the services that a target's role might redeploy.
	Services []string
	Now      time.Time
}

// ReadAccount reads the account around the services. Denied and failed reads are reported in Unread. An error
// is the context's.
func ReadAccount(ctx context.Context, clients AccountClients, q AccountQuestion) (*Account, error) {
	r := &accountReader{
		reader: &reader{denied: map[string]Unread{}}, clients: clients, question: q,
		// EventBridge publishes no rates for reads; Lambda documents 15 a second for its whole control plane.
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

// set changes the account; it is safe for concurrent use.
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
