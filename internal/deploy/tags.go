package deploy

import (
	"maps"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// Keys of our tags. ManagedBy and Prefix together identify a resource as ours; Kept marks a log group that an
// uninstall left; Version is on the function.
const (
	TagManagedBy = settings.TagManagedBy
	TagPrefix    = settings.OwnTagPrefix + "prefix"
	TagVersion   = settings.OwnTagPrefix + "version"
	TagKept      = settings.OwnTagPrefix + "kept"
	managedBy    = "spothandler"

	maxTagsOfAWS = 50
)

// ours reports whether these tags make a resource part of the installation with this prefix.
func ours(tags map[string]string, prefix string) bool {
	value, tagged := tags[TagPrefix]
	return tags[TagManagedBy] == managedBy && tagged && value == prefix
}

// resourceTags returns the tags of every resource of an installation.
func resourceTags(spec settings.Spec) map[string]string {
	tags := maps.Clone(nonNilMap(spec.Tags))
	tags[TagManagedBy] = managedBy
	tags[TagPrefix] = spec.Prefix
	return tags
}

// withForeign returns the wanted tags and those that others have added, without AWS's own, which cannot be
// set.
func withForeign(want, have map[string]string, drop []string) map[string]string {
	all := maps.Clone(nonNilMap(have))
	maps.DeleteFunc(all, func(key, _ string) bool { return slices.Contains(drop, key) || strings.HasPrefix(key, "aws:") })
	maps.Copy(all, want)
	return all
}

// dropTags returns the keys of the tags to remove: recorded ones that are no longer wanted, and the mark of a
// log group that was kept.
func dropTags(dropped map[string]string) []string {
	return append(sortedKeys(dropped), TagKept)
}

func without(list []string, words ...string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(each string) bool { return slices.Contains(words, each) })
}

func nonNilMap(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}
