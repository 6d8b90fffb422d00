package localaws

import (
	"maps"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// taggingInput is the input of GetResources.
type taggingInput struct {
	PaginationToken     string      `check:"len=0:2048"`
	TagFilters          []tagFilter `check:"len=0:50"`
	ResourcesPerPage    *int        `check:"min=1 max=100"`
	ResourceTypeFilters []string    `check:"len=0:100"`
	ResourceARNList     []string    `check:"len=1:100"`
}

type tagFilter struct {
	Key    string   `check:"len=1:128"`
	Values []string `check:"len=0:20"`
}

// getResources finds resources of the Region by their tags. Roles are not included: IAM belongs to no Region.
func (s *regional) getResources(c *api.Request, in *taggingInput) (any, error) {
	if in.ResourceARNList != nil && (in.TagFilters != nil || in.ResourceTypeFilters != nil || in.ResourcesPerPage != nil || in.PaginationToken != "") {
		return nil, api.Refuse("InvalidParameterException", "ResourceARNList cannot be used together with filters or pagination")
	}
	found, tagged := []api.Obj{}, s.indexed(c.Lag)
	for _, arn := range slices.Sorted(maps.Keys(tagged)) {
		if in.wants(arn, tagged[arn]) {
			found = append(found, api.Obj{"ResourceARN": arn, "Tags": tagged[arn].List()})
		}
	}
	response, err := api.Paged("tag", "ResourceTagMappingList", found, "PaginationToken", in.PaginationToken, in.ResourcesPerPage, 100)
	if err == nil && response["PaginationToken"] == nil {
		response["PaginationToken"] = "" // how AWS marks the last page
	}
	return response, err
}

// indexed returns the index of the Tagging API, which is up to date unless a fault says otherwise.
func (s *regional) indexed(lag api.Lag) map[string]api.Tags {
	all := map[string]api.Tags{}
	if !lag.Missing {
		for _, service := range []interface{ Tagged() map[string]api.Tags }{s.lambda, s.logs, s.events, s.ecs} {
			maps.Copy(all, service.Tagged())
		}
	}
	maps.DeleteFunc(all, func(_ string, t api.Tags) bool { return len(t) == 0 })
	for arn, t := range lag.Deleted {
		all[arn] = t
	}
	return all
}

// wants reports whether a resource passes all filters. A filter without values passes any value.
func (in *taggingInput) wants(arn string, t api.Tags) bool {
	for _, f := range in.TagFilters {
		value, there := t[f.Key]
		if !there || len(f.Values) > 0 && !slices.Contains(f.Values, value) {
			return false
		}
	}
	parts := strings.SplitN(arn, ":", 6)
	kind, _, _ := strings.Cut(strings.ReplaceAll(parts[5], "/", ":"), ":")
	return (in.ResourceARNList == nil || slices.Contains(in.ResourceARNList, arn)) &&
		(len(in.ResourceTypeFilters) == 0 || slices.Contains(in.ResourceTypeFilters, parts[2]) || slices.Contains(in.ResourceTypeFilters, parts[2]+":"+kind))
}
