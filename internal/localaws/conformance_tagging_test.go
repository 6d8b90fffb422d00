package localaws

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventstypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/types"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// found returns the ends of the ARNs in GetResources' response, sorted. moto fails for ECS services without
// tags, so only log groups and rules are requested unless the input says otherwise.
func found(in *resourcegroupstaggingapi.GetResourcesInput) func(context.Context, clients) (string, error) {
	if in.ResourceTypeFilters == nil {
		in.ResourceTypeFilters = []string{"logs", "events"}
	}
	return func(ctx context.Context, c clients) (string, error) {
		out, err := c.tagging.GetResources(ctx, in)
		if err != nil {
			return "", err
		}
		var names []string
		for _, r := range out.ResourceTagMappingList {
			names = append(names, api.AfterLast(aws.ToString(r.ResourceARN), ":"))
		}
		slices.Sort(names)
		return cmp.Or(strings.Join(names, " "), "none"), nil
	}
}

// tagged returns a filter with one key.
func tagged(key string, values ...string) []types.TagFilter {
	return []types.TagFilter{{Key: aws.String(key), Values: values}}
}

// taggedGroup creates a log group with the tag found=1.
func taggedGroup(name string) func(context.Context, clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		_, err := c.logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String(name), Tags: map[string]string{"found": "1"}})
		return "done", err
	}
}

// taggedRule creates a rule with the tag found=2.
func taggedRule(ctx context.Context, c clients) (string, error) {
	_, err := c.events.PutRule(ctx, &eventbridge.PutRuleInput{
		Name: aws.String("tagged"), EventPattern: aws.String(`{"source":["aws.ecs"]}`), Tags: []eventstypes.Tag{{Key: aws.String("found"), Value: aws.String("2")}},
	})
	return "done", err
}

func taggingSteps() []step {
	type in = resourcegroupstaggingapi.GetResourcesInput
	const noRules = "moto's GetResources does not know rules; the Tagging API's list of supported services has them"
	return []step{
		{name: "tag a log group", call: taggedGroup("/tagged"), want: "done"},
		{name: "tag another", call: taggedGroup("/tagged/too"), want: "done"},
		{name: "tag a rule", call: taggedRule, want: "done"},
		{name: "by key", call: found(&in{TagFilters: tagged("found")}), want: "/tagged /tagged/too rule/tagged", moto: "/tagged /tagged/too", because: noRules},
		{name: "by value", call: found(&in{TagFilters: tagged("found", "1")}), want: "/tagged /tagged/too"},
		{name: "by either value", call: found(&in{TagFilters: tagged("found", "0", "1")}), want: "/tagged /tagged/too"},
		{name: "by another value", call: found(&in{TagFilters: tagged("found", "3")}), want: "none"},
		{name: "by two keys", call: found(&in{TagFilters: append(tagged("found"), tagged("lost")...)}), want: "none"},
		{name: "by type", call: found(&in{TagFilters: tagged("found"), ResourceTypeFilters: []string{"events:rule"}}), want: "rule/tagged", moto: "none", because: noRules},
		{name: "by service", call: found(&in{TagFilters: tagged("found"), ResourceTypeFilters: []string{"logs"}}), want: "/tagged /tagged/too"},
		{name: "101 on a page", call: found(&in{TagFilters: tagged("found"), ResourcesPerPage: aws.Int32(101)}), want: "InvalidParameterException", moto: "/tagged /tagged/too", because: lax},
		{name: "a token that is junk", call: found(&in{PaginationToken: aws.String("junk")}), want: "InvalidParameterException", moto: "PaginationTokenExpiredException", because: "moto calls every token that it does not know expired; the API keeps that for those older than 15 minutes"},
	}
}

// GetResources returns pages, and its index lags.
func TestGetResourcesInPagesAndBehind(t *testing.T) {
	s, c := start(t, Options{})
	for _, name := range []string{"one", "two", "three"} {
		if _, err := taggedGroup(name)(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	list := func() (names []string) {
		pages := resourcegroupstaggingapi.NewGetResourcesPaginator(c.tagging, &resourcegroupstaggingapi.GetResourcesInput{ResourcesPerPage: aws.Int32(2), TagFilters: tagged("found", "1")})
		for pages.HasMorePages() {
			page, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(page.ResourceTagMappingList) > 2 {
				t.Error("a long page")
			}
			for _, r := range page.ResourceTagMappingList {
				names = append(names, api.AfterLast(aws.ToString(r.ResourceARN), ":"))
			}
		}
		return names
	}
	if got := list(); !slices.Equal(got, []string{"one", "three", "two"}) {
		t.Error(got)
	}
	gone := Lag{Deleted: map[string]map[string]string{"arn:aws:logs:us-east-1:111122223333:log-group:gone": {"found": "1"}}}
	remove := s.Inject(Fault{Service: "tag", Lag: &gone})
	if got := list(); !slices.Equal(got, []string{"gone", "one", "three", "two"}) {
		t.Error(got)
	}
	gone.Missing = true
	if got := list(); !slices.Equal(got, []string{"gone"}) {
		t.Error(got)
	}
	remove()
}

// Functions and ECS's clusters and services are found, too, but not resources without tags.
func TestGetResourcesOfEachService(t *testing.T) {
	s, c := start(t, Options{})
	if err := s.Seed(Service{Cluster: "shop", Name: "api", Tags: map[string]string{"found": "1"}}, Service{Cluster: "shop", Name: "web"}); err != nil {
		t.Fatal(err)
	}
	install(t, c, zipOf(t, nil), func(in *lambda.CreateFunctionInput) { in.Tags = map[string]string{"found": "1"} })
	for _, kind := range []string{"", "lambda", "lambda:function", "ecs:service"} {
		want := map[string]string{"": "f service/shop/api", "ecs:service": "service/shop/api"}[kind]
		in := &resourcegroupstaggingapi.GetResourcesInput{TagFilters: tagged("found"), ResourceTypeFilters: []string{kind}}
		if kind == "" {
			in.ResourceTypeFilters = []string{}
		}
		if got, err := found(in)(t.Context(), c); err != nil || got != cmp.Or(want, "f") {
			t.Error(kind, got, err)
		}
	}
}
