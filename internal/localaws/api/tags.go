package api

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Tags are a resource's tags.
type Tags map[string]string

// Tag is one tag in list form.
type Tag struct {
	Key   string `check:"len=1:128 re=[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*"`
	Value string `check:"len=0:256 re=[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*"`
}

// tagList is the tags in a request: a list of keys and values in some services, an object in others.
type tagList []Tag

// UnmarshalJSON decodes either form.
func (l *tagList) UnmarshalJSON(text []byte) error {
	var object Tags
	if json.Unmarshal(text, &object) == nil {
		*l = object.List()
		return nil
	}
	return json.Unmarshal(text, (*[]Tag)(l))
}

// Tagging is the part of an input that concerns tags.
type Tagging struct {
	Tags    tagList
	TagKeys []string
}

// Given returns the part of an input that is about tags.
func (g Tagging) Given() Tagging { return g }

// List returns the tags sorted by key, so that responses are stable.
func (t Tags) List() []Tag {
	l := make([]Tag, 0, len(t))
	for _, key := range slices.Sorted(maps.Keys(t)) {
		l = append(l, Tag{Key: key, Value: t[key]})
	}
	return l
}

// maxTags is AWS's limit for one resource.
const maxTags = 50

// tagCodes returns a service's errors for reserved tags and for too many tags; violations of the API model
// are rejected before, see [check].
func tagCodes(service string) (reserved, many string) {
	switch service {
	case "iam":
		return "InvalidInput", "LimitExceeded"
	case "lambda":
		return "InvalidParameterValueException", "InvalidParameterValueException"
	case "logs":
		return "InvalidParameterException", "TooManyTagsException"
	}
	return invalidCode(service), invalidCode(service)
}

// Add adds all of the tags or none.
func (t *Tags) Add(service string, more tagList) error {
	reserved, many := tagCodes(service)
	if service == "iam" && !distinct(more) {
		return Refuse(reserved, "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
	}
	sum := Tags{}
	maps.Copy(sum, *t)
	for _, one := range more {
		if strings.HasPrefix(strings.ToLower(one.Key), "aws:") {
			return Refuse(reserved, "System tags (prefixed with aws:) are reserved for AWS use.")
		}
		sum[one.Key] = one.Value
	}
	if len(sum) > maxTags {
		return Refuse(many, "Number of tags exceeds resource tag limit.")
	}
	*t = sum
	return nil
}

// distinct reports whether the keys are unique for IAM, which ignores case.
func distinct(list tagList) bool {
	keys := map[string]bool{}
	for _, t := range list {
		keys[strings.ToLower(t.Key)] = true
	}
	return len(keys) == len(list)
}
