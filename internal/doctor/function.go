package doctor

import (
	"cmp"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/handler"
)

// The checks of what the function would decide.

func functionChecks() []check {
	const gate = "https://github.com/spothandler/spothandler#how-it-works"
	return []check{
		{
			code: "SPOT201", title: "the function cannot redeploy it", run: unsupported,
			why: "CodeDeploy and external controllers do not accept a forced deployment; a forced deployment of a blue/green, linear or canary service would " +
				"shift traffic and wait for minutes or hours. The function leaves such a service alone; ECS still replaces the interrupted task.",
			sources: []string{gate, "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-deployment.html"},
			fixes:   []string{"no simple fix: rely on ECS's own replacement, with an on-demand floor as for SPOT103"},
		},
		{
			code: "SPOT202", title: "a redeployment would cause harm", run: wouldDoHarm,
			why: "If more tasks run than a rollout has to keep, the rollout may stop healthy tasks before new ones run, and lower the capacity " +
				"further. A rollout without room never ends (SPOT108). In both cases the function does not redeploy.",
			sources: []string{gate},
			fixes: []string{
				"set minimumHealthyPercent to 100",
				"aws ecs tag-resource --resource-arn SERVICE-ARN --tags key=spothandler,value=redeploy   to redeploy nevertheless",
			},
		},
		{
			code: "SPOT203", title: "nothing redeploys it", run: notRedeployed,
			why: "The service's tag spothandler is off or observe, or no installation covers its cluster (--cluster). ECS still replaces its " +
				"tasks by itself if there is capacity.",
			sources: []string{gate},
			fixes: []string{
				"aws ecs untag-resource --resource-arn SERVICE-ARN --tag-keys spothandler",
				"spothandler install --prefix PREFIX --cluster NAME   repeat --cluster for every cluster to cover",
			},
		},
		{
			code: "SPOT204", title: "its short ARN does not support tags", run: shortARN,
			why: "An old service may have an ARN without the name of its cluster, which does not support tags: spothandler=off cannot be set. " +
				"The migration to the long format causes no downtime, and cannot be undone.",
			sources: []string{"https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-arn-migration.html"},
			fixes: []string{
				"aws ecs put-account-setting --name serviceLongArnFormat --value enabled   then the same for taskLongArnFormat; both as the principal that created the service",
				"aws ecs tag-resource --resource-arn LONG-ARN --tags key=team,value=NAME   afterwards: the tag migrates the service",
			},
		},
	}
}

func unsupported(s *Subject) []verdict {
	switch s.Decision.Reason {
	case handler.ReasonControllerUnsupported:
		return []verdict{{Warning, fmt.Sprintf("the function leaves it to ECS: %s controls its deployments", controllerName(string(s.DeploymentController.Type))), ""}}
	case handler.ReasonStrategyUnsupported:
		return []verdict{{Warning, fmt.Sprintf("the function leaves it to ECS: its deployments are %s", s.DeploymentConfiguration.Strategy), ""}}
	}
	return nil
}

func wouldDoHarm(s *Subject) []verdict {
	switch s.Decision.Reason {
	case handler.ReasonNoRolloutRoom:
		fix := ""
		if len(stuck(s)) == 0 { // otherwise SPOT108 has the fix
			fix = s.updateService(s.configuration(200, 100, s.breaker()))
		}
		return []verdict{{Warning, "the function leaves it to ECS: a redeployment would have no room and never end", fix}}
	case handler.ReasonWouldStopHealthy:
		return []verdict{{
			Warning, fmt.Sprintf("the function leaves it to ECS: a redeployment may stop all but %d of %d tasks first", s.floor(), s.DesiredCount),
			s.updateService(s.configuration(max(200, s.maximumPercent()), 100, s.breaker())),
		}}
	}
	return nil
}

func notRedeployed(s *Subject) []verdict {
	untag := "aws ecs untag-resource --resource-arn " + apperr.Quote(s.ARN()) + " --tag-keys " + s.tagKeys()
	switch {
	case !s.Covered:
		return []verdict{{Warning, "no installation covers cluster " + s.Cluster.Name(), cmp.Or(s.Cover, "spothandler status   shows the clusters of each installation")}}
	case s.Decision.Reason == handler.ReasonSwitchedOff && s.Decision.Level > slog.LevelInfo: // an unknown value
		return []verdict{{Warning, s.Decision.Message, untag}}
	case s.Decision.Reason == handler.ReasonSwitchedOff:
		return []verdict{{Info, "its tag spothandler turns the function off for it", untag}}
	case s.Decision.Mode == handler.ModeObserve && s.tagKeys() != "":
		return []verdict{{Info, "its tag spothandler=observe: the function only logs what it would do", untag}}
	}
	return nil
}

// tagKeys returns the keys of the service's tag spothandler, as written.
func (s *Subject) tagKeys() string {
	var keys []string
	for _, tag := range s.Tags {
		if strings.EqualFold(strings.TrimSpace(aws.ToString(tag.Key)), handler.TagKey) {
			keys = append(keys, apperr.Quote(aws.ToString(tag.Key)))
		}
	}
	slices.Sort(keys)
	return strings.Join(keys, " ")
}

func shortARN(s *Subject) []verdict {
	_, resource, found := strings.Cut(s.ARN(), ":service/")
	if !found || strings.Contains(resource, "/") {
		return nil
	}
	return []verdict{{
		Info, "its ARN has the old format, which does not support tags: spothandler=off cannot be set",
		"aws ecs put-account-setting --name serviceLongArnFormat --value enabled && aws ecs put-account-setting --name taskLongArnFormat --value enabled   as " + cmp.Or(aws.ToString(s.CreatedBy), "the principal that created it") + "; it cannot be undone",
	}}
}
