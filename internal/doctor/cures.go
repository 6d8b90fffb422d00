package doctor

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// updateService is the beginning of a command that changes a service.
func (s *Subject) updateService(flags string) string {
	return fmt.Sprintf("aws ecs update-service --cluster %s --service %s %s", quote(s.Cluster.Name()), quote(s.Name()), flags)
}

// revise is a command that registers a revision of the task definition with a change made by jq, and
// deploys it. What DescribeTaskDefinition adds, RegisterTaskDefinition refuses.
func (s *Subject) revise(change string) string {
	const added = "del(.taskDefinitionArn,.revision,.status,.requiresAttributes,.compatibilities,.registeredAt,.registeredBy,.deregisteredAt)"
	family := aws.ToString(s.TaskDefinition.Family)
	return strings.Join([]string{
		"aws ecs describe-task-definition --task-definition " + quote(family) + " --query taskDefinition --output json",
		"jq " + quote(change+" | "+added) + " > " + quote(family+".json"),
	}, " | ") + " && " + strings.Join([]string{
		"aws ecs register-task-definition --cli-input-json " + quote("file://"+family+".json"),
		s.updateService("--task-definition " + quote(family)),
	}, " && ")
}

// setInContainers is a change, for jq, of one field of the containers with these names.
func setInContainers(names []string, field string, value int) string {
	tests := make([]string, len(names))
	for i, name := range names {
		tests[i] = fmt.Sprintf(".name==%q", name)
	}
	return fmt.Sprintf("(.containerDefinitions[] | select(%s) | .%s) |= %d", strings.Join(tests, " or "), field, value)
}

// quote makes a word safe to paste into a shell.
func quote(word string) string {
	const safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=./:,@+%"
	if word != "" && strings.Trim(word, safe) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// list joins names for a message: "a, b and c".
func list(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
