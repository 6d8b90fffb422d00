package localaws

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// tags are a resource's tags.
type tags map[string]string

// tag is one tag in list form.
type tag struct {
	Key   string `check:"len=1:128 re=[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*"`
	Value string `check:"len=0:256 re=[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*"`
}

// tagList is the tags in a request: a list of keys and values in some services, an object in others.
type tagList []tag

// UnmarshalJSON decodes either form.
func (l *tagList) UnmarshalJSON(text []byte) error {
	var object tags
	if json.Unmarshal(text, &object) == nil {
		*l = object.list()
		return nil
	}
	return json.Unmarshal(text, (*[]tag)(l))
}

// tagging is the part of an input that concerns tags.
type tagging struct {
	Tags    tagList
	TagKeys []string
}

func (g tagging) given() tagging { return g }

// list returns the tags sorted by key, so that responses are stable.
func (t tags) list() []tag {
	l := make([]tag, 0, len(t))
	for _, key := range slices.Sorted(maps.Keys(t)) {
		l = append(l, tag{Key: key, Value: t[key]})
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

// add adds all of the tags or none.
func (t *tags) add(service string, more tagList) error {
	reserved, many := tagCodes(service)
	if service == "iam" && !distinct(more) {
		return refuse(reserved, "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
	}
	sum := tags{}
	maps.Copy(sum, *t)
	for _, one := range more {
		if strings.HasPrefix(strings.ToLower(one.Key), "aws:") {
			return refuse(reserved, "System tags (prefixed with aws:) are reserved for AWS use.")
		}
		sum[one.Key] = one.Value
	}
	if len(sum) > maxTags {
		return refuse(many, "Number of tags exceeds resource tag limit.")
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

// tagCalls returns a service's actions to tag and untag what find finds; of returns its tags. Removing a
// missing key succeeds in all services.
func tagCalls[T any, In interface{ given() tagging }](service string, find func(in *In) (*T, error), of func(o *T) *tags) (tagIt, untagIt action) {
	tagIt = on(find, func(o *T, in *In) (any, error) {
		added := (*in).given().Tags
		if reserved, _ := tagCodes(service); len(added) == 0 {
			return nil, refuse(reserved, "An error occurred and the request cannot be processed.") // Lambda's wording
		}
		return nil, of(o).add(service, added)
	})
	untagIt = change(find, func(o *T, in *In) {
		for _, key := range (*in).given().TagKeys {
			delete(*of(o), key)
		}
	})
	return tagIt, untagIt
}
