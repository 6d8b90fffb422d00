package localaws

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tags are a resource's tags.
type tags map[string]string

// tag is one tag in list form.
type tag struct {
	Key, Value string
}

// tagList is what callers send: a list of keys and values to some services, an object to others.
type tagList []tag

// UnmarshalJSON reads either form.
func (l *tagList) UnmarshalJSON(text []byte) error {
	var object tags
	if json.Unmarshal(text, &object) == nil {
		*l = object.list()
		return nil
	}
	return json.Unmarshal(text, (*[]tag)(l))
}

// tagging is the part of an input that is about tags.
type tagging struct {
	Tags    tagList
	TagKeys []string
}

func (g tagging) given() tagging { return g }

// list gives the tags sorted by key, so that answers do not change by themselves.
func (t tags) list() []tag {
	l := make([]tag, 0, len(t))
	for _, key := range slices.Sorted(maps.Keys(t)) {
		l = append(l, tag{Key: key, Value: t[key]})
	}
	return l
}

// object gives the tags, never nil.
func (t *tags) object() tags {
	if *t == nil {
		return tags{}
	}
	return *t
}

// maxTags is AWS's limit for one resource.
const maxTags = 50

// What may be wrong with tags, in words that services put differently.
const (
	noTags      = "An error occurred and the request cannot be processed." // Lambda's own words
	reservedTag = "System tags (prefixed with aws:) are reserved for AWS use."
	tooManyTags = "Number of tags exceeds resource tag limit."
)

// add puts more tags in, or says in AWS's words why not: then none is added. "" is fine.
func (t *tags) add(more tagList) string {
	sum := tags{}
	maps.Copy(sum, *t)
	for _, one := range more {
		if reason := one.bad(); reason != "" {
			return reason
		}
		sum[one.Key] = one.Value
	}
	if len(sum) > maxTags {
		return tooManyTags
	}
	*t = sum
	return ""
}

// bad says what AWS dislikes about a tag.
func (t tag) bad() string {
	switch {
	case t.Key == "" || utf8.RuneCountInString(t.Key) > 128:
		return "Tag keys must have between 1 and 128 characters."
	case utf8.RuneCountInString(t.Value) > 256:
		return "Tag values must have at most 256 characters."
	case strings.HasPrefix(strings.ToLower(t.Key), "aws:"):
		return reservedTag
	case strings.ContainsFunc(t.Key+t.Value, notInTags):
		return "Tags may only contain unicode letters, digits, white space and _.:/=+-@"
	}
	return ""
}

// notInTags says of a character that it is not in [\p{L}\p{Z}\p{N}_.:/=+\-@] (IAM API, Tag).
func notInTags(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.Is(unicode.Z, r) && !unicode.IsNumber(r) && !strings.ContainsRune("_.:/=+-@", r)
}

// tagCalls makes a service's calls to tag and to untag: find gives the tags of what the input names, refusal words what
// is wrong with new ones. To take a key away that is not there is fine everywhere.
func tagCalls[In interface{ given() tagging }](find func(in *In) (*tags, error), refusal func(reason string) *Error) (tagIt, untagIt action) {
	tagIt = on(find, func(t *tags, in *In) (any, error) {
		reason := t.add((*in).given().Tags)
		if len((*in).given().Tags) == 0 {
			reason = noTags
		}
		if reason != "" {
			return nil, refusal(reason)
		}
		return nil, nil
	})
	untagIt = on(find, func(t *tags, in *In) (any, error) {
		for _, key := range (*in).given().TagKeys {
			delete(*t, key)
		}
		return nil, nil
	})
	return tagIt, untagIt
}
