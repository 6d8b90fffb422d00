package deploy

import (
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/deploy/resource"
)

// A resource that lost a tag still works: the status says what it lacks and how to restore it, and calls neither it nor
// what depends on it missing.
func TestStatusOfLostTags(t *testing.T) {
	theirs := map[string]string{resource.TagManagedBy: "terraform", resource.TagPrefix: "prod"}
	for _, test := range []struct {
		name    string
		change  func(*Installation)
		message string
		hint    string
	}{
		{
			"role", func(i *Installation) { i.State.Role.Tags, i.Record = theirs, nil },
			"role prod-spothandler-us-east-1 lacks the tag managed-by=spothandler.", "aws iam tag-role ",
		},
		{
			"function", func(i *Installation) { i.State.Function.Tags = theirs },
			"function prod-ecs-fargate-spot-handler lacks the tag managed-by=spothandler.", "aws lambda tag-resource ",
		},
		{
			"log group", func(i *Installation) { i.State.LogGroup.Tags = theirs },
			"log group /aws/lambda/prod-ecs-fargate-spot-handler lacks the tag managed-by=spothandler.", "aws logs tag-resource ",
		},
		{
			"rule", func(i *Installation) {
				i.State.Triggers[0].Rule.Tags = map[string]string{resource.TagManagedBy: "spothandler"}
			},
			"rule prod-ecs-spot-interruption lacks the tag spothandler:prefix=prod.", "aws events tag-resource ",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			found := assessed(t)
			test.change(found)
			status, err := Assess(found, embedded(), nil)
			if err != nil || len(status.Problems) != 1 || len(status.Changes) != 0 || len(status.Warnings) != 0 {
				t.Fatalf("%+v, %+v, %q, %v", status.Problems, status.Changes, status.Warnings, err)
			}
			problem := status.Problems[0]
			if status.Verdict != NeedsAttention || problem.Message != test.message || !strings.HasPrefix(problem.Hints[0], test.hint) {
				t.Errorf("%s: %+v", status.Verdict, problem)
			}
		})
	}
}

// A resource of somebody else that does not do what ours does is a reason why interruptions are missed.
func TestNotOursAndDifferent(t *testing.T) {
	found := assessed(t)
	found.State.Function.Tags, found.State.Function.CodeSHA256 = map[string]string{resource.TagManagedBy: "spothandler", resource.TagPrefix: "other"}, "theirs"
	status, err := Assess(found, embedded(), nil)
	if err != nil || status.Verdict != MissesInterruptions || len(status.Problems) != 1 {
		t.Fatalf("%s: %+v, %v", status.Verdict, status.Problems, err)
	}
	if problem := status.Problems[0]; !strings.HasSuffix(problem.Message, `Its tag spothandler:prefix is "other". It differs: code`) || len(problem.Hints) != 0 || !problem.Adoptable {
		t.Errorf("%+v", problem)
	}
}
