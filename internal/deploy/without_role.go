package deploy

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/types"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// TagAPI finds resources of a Region by their tags.
type TagAPI interface {
	GetResources(context.Context, *resourcegroupstaggingapi.GetResourcesInput, ...func(*resourcegroupstaggingapi.Options)) (*resourcegroupstaggingapi.GetResourcesOutput, error)
}

var _ TagAPI = (*resourcegroupstaggingapi.Client)(nil)

// tagged is what the tags show of an installation: the names of its function and its rule, without the
// prefix.
type tagged struct {
	prefix           string
	functions, rules []string
}

// FindWithoutRole finds, by their tags, the installations of a Region whose role is gone or was not listed
// because it has another path, and for whose prefix asked returns true. It returns only what a read by name
// confirms: GetResources returns a resource for hours after its deletion. Missing permissions are reported in
// the list of what was not checked.
func FindWithoutRole(ctx context.Context, clients resource.Clients, tags TagAPI, id session.Identity, asked func(prefix string) bool) ([]*Installation, []resource.NotChecked, error) {
	hits, err := findTagged(ctx, tags, id)
	if err != nil {
		return nil, []resource.NotChecked{{What: "installations whose role was deleted", Why: apperr.WhyNot(err)}}, ctx.Err()
	}
	var all []*Installation
	var notChecked []resource.NotChecked
	var failed error
	for _, hit := range hits {
		if !asked(hit.prefix) {
			continue
		}
		found, err := hit.confirm(ctx, clients, id)
		if apperr.IsAccessDenied(err) || isInvalid(err) { // a default name may be too long for the prefix
			notChecked = append(notChecked, resource.NotChecked{What: "resources found by their tags for " + DisplayPrefix(hit.prefix), Why: apperr.WhyNot(err)})
			continue
		}
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		all = append(all, found...)
	}
	return all, notChecked, failed
}

// findTagged returns the results of GetResources, sorted by prefix.
func findTagged(ctx context.Context, api TagAPI, id session.Identity) ([]*tagged, error) {
	byPrefix := map[string]*tagged{}
	pages := resourcegroupstaggingapi.NewGetResourcesPaginator(api, &resourcegroupstaggingapi.GetResourcesInput{
		TagFilters:          []types.TagFilter{{Key: aws.String(resource.TagManagedBy), Values: []string{resource.ManagedBy}}, {Key: aws.String(resource.TagPrefix)}},
		ResourceTypeFilters: []string{"lambda:function", "logs:log-group", "events:rule"},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, apperr.Explain("looking for tagged resources", id.Caller, err)
		}
		for _, each := range page.ResourceTagMappingList {
			prefix, there := prefixIn(each.Tags)
			if !there {
				continue
			}
			if byPrefix[prefix] == nil {
				byPrefix[prefix] = &tagged{prefix: prefix}
			}
			byPrefix[prefix].add(aws.ToString(each.ResourceARN))
		}
	}
	var all []*tagged
	for _, prefix := range slices.Sorted(maps.Keys(byPrefix)) {
		all = append(all, byPrefix[prefix])
	}
	return all, nil
}

func prefixIn(tags []types.Tag) (prefix string, there bool) {
	for _, tag := range tags {
		if aws.ToString(tag.Key) == resource.TagPrefix {
			return aws.ToString(tag.Value), true
		}
	}
	return "", false
}

// add adds the name in an ARN, if an installation with this prefix can have it.
func (t *tagged) add(text string) {
	parsed, err := arn.Parse(text)
	if err != nil {
		return
	}
	for _, form := range []struct {
		service, before string
		names           *[]string
	}{
		{"lambda", "function:", &t.functions},
		{"logs", "log-group:/aws/lambda/", &t.functions},
		{"events", "rule/", &t.rules},
	} {
		name, fits := strings.CutPrefix(strings.TrimSuffix(parsed.Resource, ":*"), form.before+settings.Prefixed(t.prefix, ""))
		if parsed.Service == form.service && fits && !slices.Contains(*form.names, name) {
			*form.names = append(*form.names, name)
		}
	}
}

// confirm reads the resources with the names that were found. If there are several of a kind, for example
// because GetResources still returns deleted ones, each pair is read, and a finding that another one includes
// is omitted.
func (t *tagged) confirm(ctx context.Context, clients resource.Clients, id session.Identity) ([]*Installation, error) {
	defaults := settings.Defaults(t.prefix)
	var all []*Installation
	for _, function := range orDefault(t.functions, defaults.FunctionName) {
		for _, rule := range orDefault(t.rules, defaults.RuleName) {
			found, err := Find(ctx, clients, id, t.prefix, settings.Given{
				"function-name": {Texts: []string{function}, Source: "the tags"}, "rule-name": {Texts: []string{rule}, Source: "the tags"},
			})
			if err != nil {
				return nil, fmt.Errorf("reading %s, found by its tags: %w", DisplayPrefix(t.prefix), err)
			}
			if found.Found() {
				all = append(all, found)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b *Installation) int { return len(b.owned().IDs()) - len(a.owned().IDs()) })
	var kept []*Installation
	for _, each := range all {
		if !slices.ContainsFunc(kept, func(other *Installation) bool { return other.includes(each) }) {
			kept = append(kept, each)
		}
	}
	return kept, nil
}

// includes reports whether everything in other is also in this installation.
func (i *Installation) includes(other *Installation) bool {
	mine := i.owned().IDs()
	return !slices.ContainsFunc(other.owned().IDs(), func(id resource.ID) bool { return !slices.Contains(mine, id) })
}

func isInvalid(err error) bool {
	refused, ok := errors.AsType[*apperr.Error](err)
	return ok && refused.Code == apperr.CodeInvalid
}

func orDefault(names []string, otherwise string) []string {
	if len(names) == 0 {
		return []string{otherwise}
	}
	return names
}
