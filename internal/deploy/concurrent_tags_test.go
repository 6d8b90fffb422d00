package deploy

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"github.com/spothandler/spothandler/internal/deploy/resource"
)

// rulesReadLate is an EventBridge client that calls a function after a rule's tags are read for the first time, and
// before the rule itself is.
type rulesReadLate struct {
	resource.RuleAPI
	tagsRead, done chan struct{}
	between        func()
}

func (c rulesReadLate) ListTagsForResource(ctx context.Context, in *eventbridge.ListTagsForResourceInput, options ...func(*eventbridge.Options)) (*eventbridge.ListTagsForResourceOutput, error) {
	response, err := c.RuleAPI.ListTagsForResource(ctx, in, options...)
	select {
	case c.tagsRead <- struct{}{}: // the first time
		c.between()
		close(c.done)
	default:
	}
	return response, err
}

func (c rulesReadLate) DescribeRule(ctx context.Context, in *eventbridge.DescribeRuleInput, options ...func(*eventbridge.Options)) (*eventbridge.DescribeRuleOutput, error) {
	<-c.done
	return c.RuleAPI.DescribeRule(ctx, in, options...)
}

// A rule that another install creates between two reads belongs to this installation: it is neither rejected nor taken
// over.
func TestRuleCreatedBetweenReads(t *testing.T) {
	inAccount(t, func(t *testing.T, a *account) {
		other := *a
		a.clients.Events = rulesReadLate{a.clients.Events, make(chan struct{}, 1), make(chan struct{}), func() { other.install(t, "prod", nil) }}
		install, err := a.prepare(t.Context(), "prod", nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(install.Taken) > 0 || len(install.Changes) > 0 {
			t.Errorf("takes over %v, changes %v", install.Taken, install.Changes)
		}
	})
}
