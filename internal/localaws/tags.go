package localaws

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// tags are a resource's tags.
type tags map[string]string

// tag is one tag in the list form that IAM and EventBridge use.
type tag struct {
	Key   string
	Value string
}

// maxTags is AWS's limit for one resource.
const maxTags = 50

// tagsOf makes a map of a list.
func tagsOf(list []tag) tags {
	t := tags{}
	for _, e := range list {
		t[e.Key] = e.Value
	}
	return t
}

// list gives the tags sorted by key, so that answers do not change by themselves.
func (t tags) list() []tag {
	l := make([]tag, 0, len(t))
	for _, key := range slices.Sorted(maps.Keys(t)) {
		l = append(l, tag{Key: key, Value: t[key]})
	}
	return l
}

// with gives the tags with more added, or what is wrong with that: AWS's reason, "" where nothing is.
func (t tags) with(more tags) (tags, string) {
	sum := tags{}
	maps.Copy(sum, t)
	for key, value := range more {
		if reason := badTag(key, value); reason != "" {
			return nil, reason
		}
		sum[key] = value
	}
	if len(sum) > maxTags {
		return nil, tooManyTags
	}
	return sum, ""
}

// without removes keys; a key that is not there is fine everywhere.
func (t tags) without(keys []string) {
	for _, key := range keys {
		delete(t, key)
	}
}

const tooManyTags = "Number of tags exceeds resource tag limit."

// badTag says what AWS dislikes about one tag.
func badTag(key, value string) string {
	allowed := regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)
	switch {
	case key == "" || utf8.RuneCountInString(key) > 128:
		return "Tag keys must have between 1 and 128 characters."
	case utf8.RuneCountInString(value) > 256:
		return "Tag values must have at most 256 characters."
	case strings.HasPrefix(strings.ToLower(key), "aws:"):
		return "System tags (prefixed with aws:) are reserved for AWS use."
	case !allowed.MatchString(key) || !allowed.MatchString(value):
		return "Tags may only contain unicode letters, digits, white space and _.:/=+-@"
	}
	return ""
}

// page gives at most limit items from where token says, and the token of the next page, "" on the last.
func page[T any](items []T, token string, limit int) ([]T, string) {
	start := min(int(number(token)), len(items))
	end := min(start+limit, len(items))
	if end == len(items) {
		return items[start:], ""
	}
	return items[start:end], itoa(end)
}

// limit is a page's size: what was asked for, else AWS's default.
func limit(asked *int, otherwise int) int {
	if asked == nil || *asked <= 0 {
		return otherwise
	}
	return *asked
}
