package settings

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spothandler/spothandler/internal/apperr"
)

// Tag keys that users may not set, because they identify the owner of a resource.
const (
	TagManagedBy = "managed-by"
	OwnTagPrefix = "spothandler:" // prefix of all our other keys
)

// MaxTags is the maximum number of user tags: AWS allows 50 on a resource, the rest is for ours.
const MaxTags = 44

func tagSetting() Setting {
	return Setting{
		Name: "tag", Value: "KEY=VALUE", Usage: "tag on every resource, repeatable; none clears", Accepted: "key=value, repeatable, or none", List: true, Clear: None,
		set: func(spec *Spec, source string, texts []string) error {
			tags, err := parseTags(source, texts)
			if err != nil {
				return err
			}
			spec.Tags = tags
			return nil
		},
		get: func(spec Spec) any { return nonNilMap(spec.Tags) },
	}
}

// parseTags parses key=value pairs; "none" alone clears the list.
func parseTags(source string, texts []string) (map[string]string, error) {
	tags := map[string]string{}
	if len(texts) == 1 && strings.EqualFold(texts[0], None) {
		return tags, nil
	}
	for _, text := range texts {
		key, value, found := strings.Cut(text, "=")
		if strings.EqualFold(text, None) {
			return nil, apperr.Invalid("--tag key=value --tag key=value, or none alone", "%s none cannot be combined with other tags", source)
		}
		if !found {
			return nil, apperr.Invalid(source+" key=value", "%s %q is not of the form key=value", source, text)
		}
		if err := checkTag(source, key, value); err != nil {
			return nil, err
		}
		if _, twice := tags[key]; twice {
			return nil, apperr.Invalid("set every key once", "%s names the key %q twice", source, key)
		}
		tags[key] = value
	}
	if len(tags) > MaxTags {
		return nil, apperr.Invalid("AWS allows 50 on a resource, of which spothandler uses 6",
			"%s: %d tags are too many, %d are accepted", source, len(tags), MaxTags)
	}
	return tags, checkTagCase(source, tags)
}

// checkTag applies the strictest of the four services' tag rules (IAM API, Tag).
func checkTag(source, key, value string) error {
	valid := regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)
	const accepted = "letters, digits, spaces and _ . : / = + - @"
	lower := strings.ToLower(key)
	switch {
	case key == "" || utf8.RuneCountInString(key) > 128:
		return apperr.Invalid("a key has 1 to 128 characters", "%s: the key %q has %d characters", source, key, utf8.RuneCountInString(key))
	case utf8.RuneCountInString(value) > 256:
		return apperr.Invalid("a value has at most 256 characters", "%s: the value of %q has %d characters", source, key, utf8.RuneCountInString(value))
	case !valid.MatchString(key) || !valid.MatchString(value):
		return apperr.Invalid("accepted: "+accepted, "%s %q has a character that AWS does not allow in tags", source, key+"="+value)
	case strings.HasPrefix(lower, "aws:"):
		return apperr.Invalid("choose a key without aws:", "%s: the key %q is reserved by AWS", source, key)
	case lower == TagManagedBy || strings.HasPrefix(lower, OwnTagPrefix):
		return apperr.Invalid("choose another key", "%s: the key %q is reserved by spothandler", source, key)
	}
	return nil
}

// checkTagCase rejects keys that differ only in case: IAM treats them as the same (IAM User Guide, tags).
func checkTagCase(source string, tags map[string]string) error {
	seen := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		if other, twice := seen[strings.ToLower(key)]; twice {
			return apperr.Invalid("use one of them", "%s: the keys %q and %q differ only in case, which IAM does not allow", source, other, key)
		}
		seen[strings.ToLower(key)] = key
	}
	return nil
}

// tagMark returns a short fingerprint of one tag. The record holds one for each user tag, because the tags
// themselves would not fit. They are on the resources, where they may have been changed out of band.
func tagMark(key, value string) string {
	sum := sha256.Sum256([]byte(key + "=" + value))
	return base64.RawURLEncoding.EncodeToString(sum[:3])
}

const tagMarkLen = 4

// MarkTags returns the marks of the user's tags, as in the record.
func MarkTags(tags map[string]string) string {
	var out strings.Builder
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		out.WriteString(tagMark(key, tags[key]))
	}
	return out.String()
}

// RecoverTags finds the tags on the resources that match the marks, so that a tag that was changed or removed
// on one resource is restored from another. It also returns how many were found nowhere.
func RecoverTags(marks string, resources ...map[string]string) (tags map[string]string, lost int) {
	tags = map[string]string{}
	wanted := map[string]bool{}
	for i := 0; i+tagMarkLen <= len(marks); i += tagMarkLen {
		wanted[marks[i:i+tagMarkLen]] = true
	}
	for _, resource := range resources {
		for key, value := range resource {
			if mark := tagMark(key, value); wanted[mark] {
				tags[key] = value
				delete(wanted, mark)
			}
		}
	}
	return tags, len(wanted)
}

// UserTags returns the tags that a user could set: without ours and AWS's own, and only one of those that
// differ in case.
func UserTags(tags map[string]string) map[string]string {
	users, seen := map[string]string{}, map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		folded := strings.ToLower(key)
		if checkTag("", key, tags[key]) == nil && !seen[folded] && len(users) < MaxTags {
			users[key], seen[folded] = tags[key], true
		}
	}
	return users
}

func nonNilMap(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}
