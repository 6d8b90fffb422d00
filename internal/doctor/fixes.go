package doctor

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecs "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/spothandler/spothandler/internal/apperr"
)

// updateService returns a command that changes a service.
func (s *Subject) updateService(flags string) string {
	return fmt.Sprintf("aws ecs update-service --cluster %s --service %s %s", apperr.Quote(s.Cluster.Name()), apperr.Quote(s.Name()), flags)
}

// isRolledByECS reports whether ECS itself controls the service's deployments.
func (s *Subject) isRolledByECS() bool {
	return s.DeploymentController == nil || s.DeploymentController.Type == "" || s.DeploymentController.Type == ecs.DeploymentControllerTypeEcs
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

// list joins names for a message: "a, b and c".
func list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// are returns "is" or "are", depending on the number of names.
func are(names []string) string {
	if len(names) == 1 {
		return "is"
	}
	return "are"
}
