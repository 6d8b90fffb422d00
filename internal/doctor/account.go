package doctor

import (
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/services"
)

// The checks of the account and its clusters.

// accountCheck is one row of the account's table.
type accountCheck struct {
	check
	run func(*AccountSubject) []verdict
}

func accountTable() []accountCheck {
	return []accountCheck{
		{check{
			code: rulesCode, title: "another rule redeploys as well", parts: []services.Part{services.PartRules},
			why: "If a second function redeploys on the same events, such as that of the Terraform module that spothandler replaces, each " +
				"interruption redeploys a service twice. A rule that only sends notifications does no harm.",
			sources: []string{"https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListRules.html"},
			fixes:   []string{"aws events disable-rule --name NAME   then remove it with the tool that created it, such as terraform destroy"},
		}, otherRules},
		{check{
			code: quotaCode, title: "a vCPU quota leaves no room for a rollout", parts: []services.Part{services.PartQuotas},
			why: "Fargate Spot and Fargate on-demand have separate vCPU quotas, initially six. A rollout runs old and new tasks side by side: " +
				"if a quota has no room for the largest rollout, the rollout waits until tasks stop. Usage is the maximum of the last three hours. " +
				"A service whose task definition could not be read is not counted, and the check is reported as not checked.",
			sources: []string{
				"https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html",
				"https://docs.aws.amazon.com/AmazonECS/latest/developerguide/monitoring-fargate-usage.html",
			},
			fixes: []string{
				"aws service-quotas request-service-quota-increase --service-code fargate --quota-code L-36FBB829 --desired-value N   Spot",
				"aws service-quotas request-service-quota-increase --service-code fargate --quota-code L-3032A538 --desired-value N   on demand",
			},
		}, quotas},
		{check{
			code: "SPOT303", title: "the function is or may be throttled", parts: []services.Part{services.PartConcurrency},
			why: "With a reserved concurrency of 0 the function never runs. An account with an unreserved concurrency of ten or less, as new " +
				"accounts have, may have none left when many tasks are interrupted at once.",
			sources: []string{
				"https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html",
			},
			fixes: []string{
				"spothandler install --prefix PREFIX --reserved-concurrency -1",
				"aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000",
			},
		}, fewExecutions},
		{check{
			code: "SPOT304", title: "tasks on Spot that nothing restarts", parts: []services.Part{services.PartTasks},
			why: "A task that was started by RunTask, Step Functions or AWS Batch belongs to no service: ECS does not restart it after an interruption.",
			sources: []string{
				"https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html",
			},
			fixes: []string{"let the program that starts the tasks retry, or run them on demand"},
		}, standaloneTasks},
		{check{
			code: "SPOT305", title: "cluster defaults for new services", parts: []services.Part{services.PartClusters},
			why: "A service created without a capacity provider strategy takes its cluster's default strategy; if that includes FARGATE_SPOT, it " +
				"runs on Spot. If FARGATE is not associated with the cluster, no service there can have an on-demand floor. " +
				"PutClusterCapacityProviders replaces both lists, so the command must repeat the entries to keep.",
			sources: []string{"https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutClusterCapacityProviders.html"},
			fixes: []string{
				"aws ecs put-cluster-capacity-providers --cluster CLUSTER --capacity-providers FARGATE FARGATE_SPOT --default-capacity-provider-strategy ...   repeat the entries to keep",
			},
		}, clusterDefaults},
		{installRights(), mayInstall},
	}
}

// CheckAccount makes every check of the account. ignored are the codes of findings that the caller accepts.
func CheckAccount(s *AccountSubject, ignored []string) Diagnosis {
	d := Diagnosis{Findings: []Finding{}, NotChecked: []NotChecked{}}
	for _, c := range accountTable() {
		for _, u := range slices.Concat(s.Facts.Unread, s.Account.Unread) {
			if slices.Contains(c.parts, u.Part) {
				d.NotChecked = append(d.NotChecked, NotChecked{c.code, u.Why})
			}
		}
		if c.code == quotaCode {
			d.NotChecked = append(d.NotChecked, unknownSizes(s.Facts.Services)...)
		}
		if c.code == rulesCode && s.OwnRulesUnknown != "" && len(s.Account.Rules) > 0 { // one of them may belong to an installation
			d.NotChecked = append(d.NotChecked, NotChecked{c.code, s.OwnRulesUnknown})
			continue
		}
		for _, v := range c.run(s) {
			f := Finding{Code: c.code, Severity: v.severity, Message: v.message, Fix: v.fix}
			if slices.Contains(ignored, c.code) {
				f.Ignored = ignoredByFlag
			}
			d.Findings = append(d.Findings, f)
		}
	}
	slices.SortStableFunc(d.Findings, func(a, b Finding) int { return rank(a.Severity) - rank(b.Severity) })
	return d
}

const (
	rulesCode = "SPOT301" // rules that are not ours
	quotaCode = "SPOT302" // the vCPU quotas
)

// unknownSizes returns why it is unknown how many vCPUs the tasks of some services need, without duplicates.
func unknownSizes(all []services.Service) []NotChecked {
	var unknown []NotChecked
	for i := range all {
		for _, u := range all[i].Unread {
			if one := (NotChecked{quotaCode, u.Why}); u.Part == services.PartTaskDefinition && !slices.Contains(unknown, one) {
				unknown = append(unknown, one)
			}
		}
	}
	return unknown
}

func otherRules(s *AccountSubject) []verdict {
	var verdicts []verdict
	for _, rule := range s.Account.Rules {
		var redeploying, unsure []string
		for _, target := range rule.Targets {
			switch {
			case target.Redeploys == nil:
				unsure = append(unsure, target.ARN)
			case *target.Redeploys:
				redeploying = append(redeploying, target.ARN)
			}
		}
		disable := "aws events disable-rule --name " + apperr.Quote(rule.Name)
		switch {
		case len(redeploying) > 0:
			verdicts = append(verdicts, verdict{Error, fmt.Sprintf("rule %s matches the same events, and %s may redeploy as well", rule.Name, list(redeploying)), disable})
		case len(unsure) > 0:
			verdicts = append(verdicts, verdict{Info, fmt.Sprintf("rule %s matches the same events; whether %s may redeploy could not be determined", rule.Name, list(unsure)), ""})
		default:
			verdicts = append(verdicts, verdict{Info, fmt.Sprintf("rule %s matches the same events, but does not redeploy", rule.Name), ""})
		}
	}
	return verdicts
}

// quota is one of Fargate's two, which are separate.
type quota struct {
	name, code, provider string
	limit, used          *float64
}

func quotas(s *AccountSubject) []verdict {
	var verdicts []verdict
	for _, q := range []quota{
		{"Spot", services.QuotaSpot, services.Spot, s.Account.SpotQuota, s.Account.SpotUsage},
		{"on-demand", services.QuotaOnDemand, services.OnDemand, s.Account.OnDemandQuota, s.Account.OnDemandUsage},
	} {
		if q.limit != nil && q.used != nil {
			verdicts = append(verdicts, q.run(s.Facts.Services)...)
		}
	}
	return verdicts
}

func (q quota) run(all []services.Service) []verdict {
	rollout, task := 0.0, 0.0
	for i := range all {
		subject := &Subject{Service: &all[i]}
		more := max(0, subject.ceiling()-int(subject.RunningCount))
		if q.provider == services.OnDemand { // on Spot, the worst case is all of them
			more = all[i].Placed(q.provider, more)
		}
		if more > 0 {
			rollout, task = max(rollout, float64(more)*subject.vCPUs()), max(task, subject.vCPUs())
		}
	}
	if rollout == 0 || *q.used+rollout <= *q.limit {
		return nil
	}
	severity := Warning
	if *q.used+task > *q.limit {
		severity = Error
	}
	return []verdict{{
		severity, fmt.Sprintf("%s quota: %g vCPU, %g in use; the largest rollout needs %g more", q.name, *q.limit, *q.used, rollout),
		fmt.Sprintf("aws service-quotas request-service-quota-increase --service-code fargate --quota-code %s --desired-value %g", q.code, quotaFor(*q.used+rollout)),
	}}
}

// vCPUs returns the vCPUs of a task of the service (1,024 units each), or 0 if its definition was not read.
func (s *Subject) vCPUs() float64 {
	if s.TaskDefinition == nil {
		return 0
	}
	var units float64
	if _, err := fmt.Sscan(aws.ToString(s.TaskDefinition.Cpu), &units); err != nil {
		return 0
	}
	return units / 1024
}

// quotaFor returns the quota to request: a quarter more than needed, as a multiple of eight.
func quotaFor(needed float64) float64 {
	eights := int(needed*1.25/8) + 1
	return float64(eights * 8)
}

// fewUnreserved is the unreserved concurrency of new accounts.
const fewUnreserved = 10

func fewExecutions(s *AccountSubject) []verdict {
	if s.Account.Unreserved == nil || *s.Account.Unreserved > fewUnreserved {
		return nil
	}
	return []verdict{{
		Warning, fmt.Sprintf("the account's unreserved Lambda concurrency is only %d", *s.Account.Unreserved),
		"aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000",
	}}
}

func standaloneTasks(s *AccountSubject) []verdict {
	groups := map[string]int{}
	var order []string
	for _, task := range s.Facts.Standalone {
		key := fmt.Sprintf("in cluster %s (group %s)", task.Cluster, task.Group)
		if groups[key] == 0 {
			order = append(order, key)
		}
		groups[key]++
	}
	var verdicts []verdict
	for _, key := range order {
		verdicts = append(verdicts, verdict{
			Warning, fmt.Sprintf("not restarted after an interruption: %s on Spot %s", count(groups[key], "task"), key),
			"let the program that starts them retry, or run them on demand",
		})
	}
	return verdicts
}

func clusterDefaults(s *AccountSubject) []verdict {
	var verdicts []verdict
	for i := range s.Facts.Clusters {
		c := &s.Facts.Clusters[i]
		for _, item := range c.DefaultCapacityProviderStrategy {
			if aws.ToString(item.CapacityProvider) == services.Spot && (item.Weight > 0 || item.Base > 0) {
				verdicts = append(verdicts, verdict{Info, "cluster " + c.Name() + ": new services without their own strategy will run on Spot", ""})
			}
		}
		if c.HasSpot() && !c.HasOnDemand() {
			verdicts = append(verdicts, verdict{Info, "cluster " + c.Name() + ": FARGATE is not associated, so no service can have an on-demand floor", associate(c)})
		}
	}
	return verdicts
}
