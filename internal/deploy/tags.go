package deploy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// Tags of ours. ManagedBy and Prefix together make a resource ours; Kept marks a log group that an
// uninstall left behind; Version stands on the function.
const (
	TagManagedBy = settings.TagManagedBy
	TagPrefix    = settings.OwnTagPrefix + "prefix"
	TagVersion   = settings.OwnTagPrefix + "version"
	TagKept      = settings.OwnTagPrefix + "kept"
	managedBy    = "spothandler"

	maxTagsOfAWS = 50
)

// ours says whether these tags make a resource part of the installation with this prefix.
func ours(tags map[string]string, prefix string) bool {
	value, tagged := tags[TagPrefix]
	return tags[TagManagedBy] == managedBy && tagged && value == prefix
}

// resourceTags are the tags that every resource of an installation carries.
func resourceTags(spec settings.Spec) map[string]string {
	tags := maps.Clone(nonNilMap(spec.Tags))
	tags[TagManagedBy] = managedBy
	tags[TagPrefix] = spec.Prefix
	return tags
}

// withForeign are the wanted tags and those that others have put there; AWS's own nobody can set.
func withForeign(want, have map[string]string, drop []string) map[string]string {
	all := maps.Clone(nonNilMap(have))
	maps.DeleteFunc(all, func(key, _ string) bool { return slices.Contains(drop, key) || strings.HasPrefix(key, "aws:") })
	maps.Copy(all, want)
	return all
}

// tagFields are the tags among a resource's fields.
func tagFields(tags map[string]string) []pair {
	var fields []pair
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		fields = append(fields, pair{fmt.Sprintf("tags.%s", key), tags[key]})
	}
	return fields
}
