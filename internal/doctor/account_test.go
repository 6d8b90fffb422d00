package doctor

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecs "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/spothandler/spothandler/internal/services"
)

// healthyAccount returns an account without any finding: a service of 4 tasks of half a vCPU on Spot.
func healthyAccount() *AccountSubject {
	service := *ready().Service
	service.TaskDefinition.Cpu = aws.String("512")
	return &AccountSubject{
		Facts:   &services.Facts{Clusters: []services.Cluster{service.Cluster}, Services: []services.Service{service}},
		Account: &services.Account{SpotQuota: aws.Float64(100), SpotUsage: aws.Float64(98), Unreserved: aws.Int(1000)},
	}
}

// Every check of the account, with a finding and with its nearest false positive.
func TestAccountChecks(t *testing.T) {
	for _, test := range accountCases() {
		s := healthyAccount()
		test.change(s)
		d := CheckAccount(s, nil)
		if got := d.summary(); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
		if test.fix != "" && (len(d.Findings) == 0 || !strings.Contains(d.Findings[0].Fix, test.fix)) {
			t.Errorf("%s: %+v", test.name, d.Findings)
		}
	}
}

// A rollout of unknown size is not one of size 0: without a task definition the quotas are not checked.
func TestQuotasWithoutTaskDefinitions(t *testing.T) {
	const why = "no permission for ecs:DescribeTaskDefinition"
	s := healthyAccount()
	unread := s.Facts.Services[0]
	unread.TaskDefinition, unread.Unread = nil, []services.Unread{{Part: services.PartTaskDefinition, Denied: true, Why: why}}
	s.Facts.Services = append(s.Facts.Services, unread, unread)
	d := CheckAccount(s, nil)
	if len(d.NotChecked) != 1 || d.NotChecked[0] != (NotChecked{"SPOT302", why}) {
		t.Errorf("%+v", d.NotChecked)
	}
}

// A check of the account whose input was not read is reported as not made; an accepted finding is ignored.
func TestAccountNotChecked(t *testing.T) {
	s := healthyAccount()
	s.Account.Unread = []services.Unread{{Part: services.PartQuotas, Denied: true, Why: "no permission for servicequotas:GetServiceQuota"}}
	s.Facts.Unread = []services.Unread{{Part: services.PartTasks, Denied: true, Why: "no permission for ecs:ListTasks"}}
	s.Account.Unreserved = aws.Int(1)
	d := CheckAccount(s, []string{"SPOT303"})
	if got := d.summary(); got != "SPOT303 warning, SPOT302 not checked, SPOT304 not checked" || d.Worst() != "" {
		t.Errorf("%q, worst %q", got, d.Worst())
	}
}

// accountCase is an account that one check is tested with.
type accountCase struct {
	code   string // of the check
	name   string
	change func(*AccountSubject)
	want   string // the whole diagnosis
	fix    string // a part of the first fix
}

func accountCases() []accountCase {
	const function = "arn:aws:lambda:eu-west-1:111122223333:function:other"
	rule := func(redeploys *bool) services.Rule {
		return services.Rule{Name: "ecs-spot", Targets: []services.RuleTarget{{ARN: function, Redeploys: redeploys}}}
	}
	return []accountCase{
		{"", "healthy", func(*AccountSubject) {}, "", ""},
		{"SPOT301", "another rule redeploys", func(s *AccountSubject) { s.Account.Rules = []services.Rule{rule(aws.Bool(true))} }, "SPOT301 error", "aws events disable-rule --name ecs-spot"},
		{"SPOT301", "another rule tells a chat", func(s *AccountSubject) { s.Account.Rules = []services.Rule{rule(aws.Bool(false))} }, "SPOT301 info", ""},
		{"SPOT301", "another rule of which nothing is known", func(s *AccountSubject) { s.Account.Rules = []services.Rule{rule(nil)} }, "SPOT301 info", ""},

		{"SPOT301", "a rule that may be ours", func(s *AccountSubject) {
			s.Account.Rules, s.OwnRulesUnknown = []services.Rule{rule(aws.Bool(true))}, "no permission for iam:ListRoles"
		}, "SPOT301 not checked", ""},
		{"SPOT301", "no rule at all, whoever's", func(s *AccountSubject) { s.OwnRulesUnknown = "no permission for iam:ListRoles" }, "", ""},

		{"SPOT302", "no room for the largest rollout", func(s *AccountSubject) { s.Account.SpotUsage = aws.Float64(98.5) }, "SPOT302 warning", "--quota-code L-36FBB829 --desired-value 128"},
		{"SPOT302", "no room for a task", func(s *AccountSubject) { s.Account.SpotUsage = aws.Float64(99.75) }, "SPOT302 error", ""},
		{"SPOT302", "nothing runs: no figure", func(s *AccountSubject) { s.Account.SpotUsage = nil }, "", ""},

		{"SPOT302", "no room on demand", func(s *AccountSubject) {
			s.Account.OnDemandQuota, s.Account.OnDemandUsage = aws.Float64(6), aws.Float64(5.5)
		}, "SPOT302 warning", "--quota-code L-3032A538 --desired-value 16"},
		{"SPOT302", "room for the share that is on demand", func(s *AccountSubject) {
			s.Account.OnDemandQuota, s.Account.OnDemandUsage = aws.Float64(6), aws.Float64(5)
		}, "", ""},

		{"SPOT303", "few executions", func(s *AccountSubject) { s.Account.Unreserved = aws.Int(10) }, "SPOT303 warning", "L-B99A9384"},
		{"SPOT303", "a few more", func(s *AccountSubject) { s.Account.Unreserved = aws.Int(11) }, "", ""},

		{"SPOT304", "a standalone task", func(s *AccountSubject) {
			s.Facts.Standalone = []services.Task{{Cluster: "shop", Group: "family:job"}, {Cluster: "shop", Group: "family:job"}}
		}, "SPOT304 warning", ""},

		{"SPOT304", "no task of its own", func(s *AccountSubject) { s.Facts.Standalone = nil }, "", ""},

		{"SPOT305", "Spot by default", func(s *AccountSubject) {
			s.Facts.Clusters[0].DefaultCapacityProviderStrategy = []ecs.CapacityProviderStrategyItem{{CapacityProvider: aws.String(services.Spot), Weight: 1}}
		}, "SPOT305 info", ""},
		{"SPOT305", "a weight of 0 places none", func(s *AccountSubject) {
			s.Facts.Clusters[0].DefaultCapacityProviderStrategy = []ecs.CapacityProviderStrategyItem{{CapacityProvider: aws.String(services.Spot)}}
		}, "", ""},
		{
			"SPOT305", "no on-demand provider", func(s *AccountSubject) { s.Facts.Clusters[0].CapacityProviders = []string{services.Spot} }, "SPOT305 info",
			"--capacity-providers FARGATE_SPOT FARGATE --default-capacity-provider-strategy '[]'",
		},
		{"SPOT306", "the caller is not allowed to install", func(s *AccountSubject) {
			s.Install = &services.CallerPermissions{Denied: []string{"iam:CreateRole", "iam:PassRole", "lambda:CreateFunction", "events:PutRule"}}
		}, "SPOT306 info", "spothandler policy install"},
		{"SPOT306", "nobody knows whether the caller may", func(s *AccountSubject) {
			s.Install = &services.CallerPermissions{Unknown: "no permission for iam:SimulatePrincipalPolicy"}
		}, "SPOT306 info", ""},
		{"SPOT306", "the caller may", func(s *AccountSubject) { s.Install = &services.CallerPermissions{} }, "", ""},
		{"SPOT305", "neither provider", func(s *AccountSubject) { s.Facts.Clusters[0].CapacityProviders = nil }, "", ""},
	}
}
