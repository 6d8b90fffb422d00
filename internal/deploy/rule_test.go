package deploy

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/smithy-go"

	"github.com/spothandler/spothandler/internal/apperr/apperrtest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/localaws"
)

// A pattern above EventBridge's default quota causes a warning, unless AWS has already accepted a pattern as
// long.
func TestPatternWarning(t *testing.T) {
	patterned := func(length int) resource.State {
		return resource.State{Triggers: []resource.Trigger{{Rule: &resource.Rule{Pattern: strings.Repeat("x", length)}}}}
	}
	for _, test := range []struct {
		want, have resource.State
		warns      bool
	}{
		{patterned(2048), resource.State{}, false},
		{patterned(2049), resource.State{}, true},
		{patterned(2049), patterned(2048), true},
		{patterned(2400), patterned(2400), false},
		{patterned(2400), patterned(3000), false},
	} {
		got := fmt.Sprint(patternWarning(test.want, test.have))
		if warns := strings.Contains(got, `"Event pattern size"`) && strings.Contains(got, "2048"); warns != test.warns {
			t.Errorf("a pattern of %d characters: %s", len(test.want.Triggers[0].Rule.Pattern), got)
		}
	}
}

// untagged is an EventBridge client in a partition that does not support tags on rules.
type untagged struct {
	resource.RuleAPI
	code string
}

func (u untagged) ListTagsForResource(context.Context, *eventbridge.ListTagsForResourceInput, ...func(*eventbridge.Options)) (*eventbridge.ListTagsForResourceOutput, error) {
	return nil, &smithy.GenericAPIError{Code: u.code, Message: "not here"}
}

// inPartition runs a test in an empty account of the partition of this Region.
func inPartition(t *testing.T, partition, region string, test func(t *testing.T, a *account)) {
	t.Helper()
	inAccountWith(t, localaws.Options{Delays: &localaws.Delays{}, Region: region}, func(t *testing.T, a *account) {
		a.id.Partition, a.id.Region = partition, region
		test(t, a)
	})
}

// If EventBridge lists no tags, status continues and says so: our target shows that the rule is ours.
func TestRuleTagsUnsupportedInPartition(t *testing.T) {
	inPartition(t, "aws-cn", "cn-north-1", func(t *testing.T, a *account) {
		a.install(t, "prod", nil)
		a.clients.Events = untagged{a.clients.Events, "UnsupportedOperationException"}
		status := a.status(t, "prod")
		want := []resource.NotChecked{{What: "the tags of rule prod-ecs-spot-interruption", Why: "EventBridge does not list them in this partition: UnsupportedOperationException: not here"}}
		if !status.Healthy || !slices.Equal(status.NotChecked, want) {
			t.Errorf("problems %+v, not checked %+v", status.Problems, status.NotChecked)
		}
		if err := a.find(t, "prod", nil).checkOwnership(false); err != nil {
			t.Error(err)
		}
		if found := a.find(t, "other", nil); found.Found() {
			t.Errorf("another installation is found: %+v", found.State)
		}
	})
}

// A rule without our target is not ours there.
func TestForeignRuleInPartitionWithoutTags(t *testing.T) {
	inPartition(t, "aws-cn", "cn-north-1", func(t *testing.T, a *account) {
		pattern := `{"source":["aws.ec2"]}`
		name := "prod-" + settings.Defaults("prod").RuleName
		if _, err := a.clients.Events.PutRule(t.Context(), &eventbridge.PutRuleInput{Name: &name, EventPattern: &pattern}); err != nil {
			t.Fatal(err)
		}
		a.clients.Events = untagged{a.clients.Events, "UnsupportedOperationException"}
		refusal := apperrtest.ErrorOf(t, a.find(t, "prod", nil).checkOwnership(false))
		if refusal.Detail[0] != "Its tags cannot be read, and it lacks the installation's target." {
			t.Errorf("%+v", refusal)
		}
	})
}

// In a partition that supports tags, a caller who may not list them gets an error.
func TestRuleTagsDenied(t *testing.T) {
	for _, test := range []struct{ partition, region, code string }{
		{"aws", "us-east-1", "UnsupportedOperationException"},
		{"aws-cn", "cn-north-1", "AccessDeniedException"},
	} {
		inPartition(t, test.partition, test.region, func(t *testing.T, a *account) {
			a.install(t, "prod", nil)
			a.clients.Events = untagged{a.clients.Events, test.code}
			if _, err := Find(t.Context(), a.clients, a.id, "prod", nil); err == nil || !strings.Contains(err.Error(), "reading the tags of rule") {
				t.Errorf("%s in %s: %v", test.code, test.partition, err)
			}
		})
	}
}
