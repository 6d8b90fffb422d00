package doctor

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecs "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/services"
)

// updateService returns a command that changes a service.
func (s *Subject) updateService(flags string) string {
	return fmt.Sprintf("aws ecs update-service --cluster %s --service %s %s", apperr.Quote(s.Cluster.Name()), apperr.Quote(s.Name()), flags)
}

// redeploy returns a command for a change that requires a deployment. ECS rejects it if it does not control the
// deployments itself (ECS API, UpdateService).
func (s *Subject) redeploy(flags string) string {
	if !s.isRolledByECS() {
		return fmt.Sprintf("with its next deployment by %s: %s", controllerName(string(s.DeploymentController.Type)), flags)
	}
	return s.updateService(flags)
}

// revise returns a command that registers a revision of the service's own task definition, which need not be the
// latest of its family, with a change made by jq, and deploys it. RegisterTaskDefinition rejects what
// DescribeTaskDefinition adds, an empty list of tags, and AWS's own tags; the other tags are kept.
func (s *Subject) revise(change string) string {
	const tags = `[.tags // [] | .[] | select(.key | startswith("aws:") | not)] as $tags | .taskDefinition | `
	const tagged = ` | if $tags == [] then . else .tags = $tags end`
	const added = "del(.taskDefinitionArn, .revision, .status, .requiresAttributes, .compatibilities, .registeredAt, .registeredBy, .deregisteredAt)"
	family := aws.ToString(s.TaskDefinition.Family)
	return strings.Join([]string{
		"aws ecs describe-task-definition --task-definition " + apperr.Quote(fmt.Sprintf("%s:%d", family, s.TaskDefinition.Revision)) + " --include TAGS --output json",
		"jq " + apperr.Quote(tags+change+" | "+added+tagged) + " > " + apperr.Quote(family+".json"),
	}, " | ") + " && " + strings.Join([]string{
		"aws ecs register-task-definition --cli-input-json " + apperr.Quote("file://"+family+".json"),
		s.redeploy("--task-definition " + apperr.Quote(family)),
	}, " && ")
}

// setInContainers returns a change, for jq, of one field of the containers with these names.
func setInContainers(names []string, field string, value int) string {
	tests := make([]string, len(names))
	for i, name := range names {
		tests[i] = fmt.Sprintf(".name==%q", name)
	}
	return fmt.Sprintf("(.containerDefinitions[] | select(%s) | .%s) |= %d", strings.Join(tests, " or "), field, value)
}

func controllerName(controller string) string {
	return map[string]string{"CODE_DEPLOY": "CodeDeploy", "EXTERNAL": "an external controller"}[controller]
}

// associate returns the command that adds FARGATE to a cluster's capacity providers. It repeats the existing ones.
func associate(c *services.Cluster) string {
	words := []string{"aws ecs put-cluster-capacity-providers --cluster", apperr.Quote(c.Name()), "--capacity-providers"}
	for _, provider := range append(slices.Clone(c.CapacityProviders), services.OnDemand) {
		words = append(words, apperr.Quote(provider))
	}
	words = append(words, "--default-capacity-provider-strategy")
	if len(c.DefaultCapacityProviderStrategy) == 0 {
		words = append(words, "'[]'")
	}
	for _, item := range c.DefaultCapacityProviderStrategy {
		words = append(words, fmt.Sprintf("capacityProvider=%s,weight=%d,base=%d", apperr.Quote(aws.ToString(item.CapacityProvider)), item.Weight, item.Base))
	}
	return strings.Join(words, " ")
}

// configuration returns a deployment configuration with these percentages and this circuit breaker. It repeats the
// alarms, if there are any, and all of the circuit breaker, because it is not documented whether ECS keeps what is
// omitted.
func (s *Subject) configuration(maximum, minimum int, breaker *ecs.DeploymentCircuitBreaker) string {
	text := fmt.Sprintf("maximumPercent=%d,minimumHealthyPercent=%d", maximum, minimum)
	if breaker != nil {
		text += fmt.Sprintf(",deploymentCircuitBreaker={enable=%t,rollback=%t%s}", breaker.Enable, breaker.Rollback, details(breaker))
	}
	if c := s.DeploymentConfiguration; c != nil && c.Alarms != nil && len(c.Alarms.AlarmNames) > 0 {
		text += fmt.Sprintf(",alarms={alarmNames=[%s],enable=%t,rollback=%t}", strings.Join(c.Alarms.AlarmNames, ","), c.Alarms.Enable, c.Alarms.Rollback)
	}
	return "--deployment-configuration " + apperr.Quote(text)
}

// details returns the other fields of a circuit breaker.
func details(breaker *ecs.DeploymentCircuitBreaker) string {
	text := ""
	if t := breaker.ThresholdConfiguration; t != nil {
		text += fmt.Sprintf(",thresholdConfiguration={type=%s,value=%d}", t.Type, t.Value)
	}
	if breaker.ResetOnHealthyTask != nil {
		text += fmt.Sprintf(",resetOnHealthyTask=%t", *breaker.ResetOnHealthyTask)
	}
	return text
}
