package settings

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/apperr/apperrtest"
	"github.com/spothandler/spothandler/internal/session"
)

func TestTagsRefused(t *testing.T) {
	tooMany := make([]string, 0, 2*(MaxTags+1))
	for i := range MaxTags + 1 {
		tooMany = append(tooMany, "tag", fmt.Sprintf("key%d=1", i))
	}
	for _, test := range []struct {
		tags          []string
		message, hint string
	}{
		{[]string{"tag", "=1"}, `--tag: the key "" has 0 characters`, "a key has 1 to 128 characters"},
		{[]string{"tag", strings.Repeat("k", 129) + "=1"}, `--tag: the key "` + strings.Repeat("k", 129) + `" has 129 characters`, "a key has 1 to 128 characters"},
		{[]string{"tag", "k=" + strings.Repeat("v", 257)}, `--tag: the value of "k" has 257 characters`, "a value has at most 256 characters"},
		{[]string{"tag", "a*=1"}, `--tag "a*=1" has a character that AWS does not allow in tags`, "accepted: letters, digits, spaces and _ . : / = + - @"},
		{[]string{"tag", "AWS:x=1"}, `--tag: the key "AWS:x" is reserved by AWS`, "choose a key without aws:"},
		{[]string{"tag", "Managed-By=me"}, `--tag: the key "Managed-By" is reserved by spothandler`, "choose another key"},
		{[]string{"tag", "spothandler:x=1"}, `--tag: the key "spothandler:x" is reserved by spothandler`, "choose another key"},
		{[]string{"tag", "a=1", "tag", "a=2"}, `--tag names the key "a" twice`, "set every key once"},
		{[]string{"tag", "team=1", "tag", "Team=2"}, `--tag: the keys "Team" and "team" differ only in case, which IAM does not allow`, "use one of them"},
		{[]string{"tag", "none", "tag", "a=1"}, `--tag none cannot be combined with other tags`, "--tag key=value --tag key=value, or none alone"},
		{tooMany, "--tag: 45 tags are too many, 44 are accepted", "AWS allows 50 on a resource"},
	} {
		apperrtest.Refused(t, given(test.tags...).Check(session.Identity{Region: "us-east-1"}, ""), test.message, test.hint)
	}
}

func TestTagsAccepted(t *testing.T) {
	spec := Defaults("")
	if err := given("tag", "url=http://a/b?").Apply(&spec); err == nil {
		t.Error("a question mark is refused by AWS")
	}
	if err := given("tag", "Größe=a b", "tag", "empty=", "tag", "url=http://a/b").Apply(&spec); err != nil {
		t.Error(err)
	}
	longest := given("tag", strings.Repeat("k", 128)+"="+strings.Repeat("v", 256))
	for i := range MaxTags - 1 {
		longest["tag"] = Value{append(longest["tag"].Texts, fmt.Sprintf("key%d=1", i)), "--tag"}
	}
	if err := longest.Check(session.Identity{Region: "us-east-1"}, ""); err != nil {
		t.Error(err)
	}
	if want := map[string]string{"Größe": "a b", "empty": "", "url": "http://a/b"}; !maps.Equal(spec.Tags, want) {
		t.Errorf("%v", spec.Tags)
	}
}

// The record holds a mark of each tag; the tags are on the resources.
func TestRecoverTags(t *testing.T) {
	wanted := map[string]string{"Team": "web", "Cost": "1"}
	marks := MarkTags(wanted)
	for _, test := range []struct {
		name      string
		resources []map[string]string
		want      map[string]string
		lost      int
	}{
		{"on every resource", []map[string]string{wanted, wanted}, wanted, 0},
		{"among others' tags", []map[string]string{{"Team": "web", "Cost": "1", "theirs": "x"}}, wanted, 0},
		{"changed on one", []map[string]string{{"Team": "ops", "Cost": "1"}, wanted}, wanted, 0},
		{"removed from one", []map[string]string{{"Cost": "1"}, wanted}, wanted, 0},
		{"spread", []map[string]string{{"Cost": "1"}, {"Team": "web"}}, wanted, 0},
		{"changed on all", []map[string]string{{"Team": "ops", "Cost": "1"}}, map[string]string{"Cost": "1"}, 1},
		{"gone", nil, map[string]string{}, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			tags, lost := RecoverTags(marks, test.resources...)
			if !maps.Equal(tags, test.want) || lost != test.lost {
				t.Errorf("%v, %d lost", tags, lost)
			}
		})
	}
	if tags, lost := RecoverTags("", wanted); len(tags) != 0 || lost != 0 {
		t.Errorf("from no marks: %v, %d lost", tags, lost)
	}
}

// When a function is taken over, only as many tags are kept as leave room for ours.
func TestUsersTagsHaveRoom(t *testing.T) {
	tags := map[string]string{}
	for i := range 50 {
		tags["key"+strconv.Itoa(i)] = "1"
	}
	if got := len(UserTags(tags)); got != MaxTags {
		t.Errorf("%d tags are kept", got)
	}
}
