package settings

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/apperr/apperrtest"
)

// read parses a file with this content, called c.yaml in its errors.
func read(t *testing.T, content string) (File, error) {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.WriteFile("c.yaml", []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return ReadFile("c.yaml")
}

// A value in a file means the same as in a flag, by its type and not by its text.
func TestFileValues(t *testing.T) {
	for _, test := range []struct{ content, want string }{
		{"prefix: prod", "prefix=prod"},
		{"prefix: 0123", "prefix=0123"},
		{`prefix: "true"`, "prefix=true"},
		{"expect-account: 012345678901", "expect-account=012345678901"},
		{"expect-account: 111122223333", "expect-account=111122223333"},
		{"region: eu-west-1", "region=eu-west-1"},
		{"region: [eu-west-1, us-east-1]", "region=eu-west-1 us-east-1"},
		{"memory-size: 256", "memory-size=256"},
		{"memory-size: 0x100", "memory-size=256"},
		{"memory-size: 1_024", "memory-size=1024"},
		{`memory-size: "256"`, "memory-size=256"},
		{"memory-size: 99999999999999999999", "memory-size=99999999999999999999"},
		{"reserved-concurrency: -1", "reserved-concurrency=-1"},
		{"metrics: true", "metrics=on"},
		{"metrics: False", "metrics=off"},
		{"metrics: on", "metrics=on"},
		{"cooldown: 0", "cooldown=0"},
		{"cluster: shop", "cluster=shop"},
		{"cluster: [shop, batch]", "cluster=shop batch"},
		{"cluster:\n- shop\n- batch\n", "cluster=shop batch"},
		{"tag: [Team=web]", "tag=Team=web"},
		{"tag: {Team: web, Cost: 0012, Critical: true, Empty: \"\"}", "tag=Team=web Cost=0012 Critical=true Empty="},
		{"\ufeffprefix: prod\r\ntimeout: 30\r\n", "prefix=prod timeout=30"},
	} {
		file, err := read(t, test.content)
		if err != nil {
			t.Errorf("%q: %v", test.content, err)
		}
		if got := shown(file); got != test.want {
			t.Errorf("%q gives %s, not %s", test.content, got, test.want)
		}
	}
}

// shown returns the values of a file, in the order of its keys in the help.
func shown(file File) string {
	var parts []string
	for _, key := range acceptedKeys() {
		if value, ok := file.Values[key]; ok {
			parts = append(parts, key+"="+strings.Join(value.Texts, " "))
		}
	}
	return strings.Join(parts, " ")
}

// Null leaves a setting at its default. It is rejected for an address key, because a template with a missing
// value would make the command work on another installation or account.
func TestFileNull(t *testing.T) {
	file, err := read(t, "prefix: prod\ncluster: null\nkms-key: ~\nmemory-size:\ntimeout: !!null\n")
	if err != nil || shown(file) != "prefix=prod" {
		t.Errorf("%s, %v", shown(file), err)
	}
	for _, key := range AddressKeys() {
		for _, null := range []string{"", "null", "~", "NULL", "!!null", "!!null ~"} {
			_, err := read(t, "timeout: 30\n"+key+": "+null+"\n")
			apperrtest.Refused(t, err, "c.yaml:2: "+key+" has no value", "give it a value, or leave the key out")
		}
	}
	_, err = read(t, "<<: {prefix: prod}\nprefix: null\n")
	apperrtest.Refused(t, err, "c.yaml:2: prefix has no value", "give it a value, or leave the key out")
	_, err = read(t, "<<: {prefix: null}\ntimeout: 30\n")
	apperrtest.Refused(t, err, "c.yaml:1: prefix has no value", "give it a value, or leave the key out")
}

// A value tagged as null is rejected for every key.
func TestFileNullWithAValue(t *testing.T) {
	for _, key := range acceptedKeys() {
		for _, value := range []string{"prod", "0", "[prod]", "{prod: x}"} {
			_, err := read(t, "\n"+key+": !!null "+value+"\n")
			apperrtest.Refused(t, err, "c.yaml:2: "+key+" has the type !!null and a value", "write the value without !!null")
		}
	}
}

// Aliases are resolved, and merged keys are overridden by the file's own.
func TestFileAliases(t *testing.T) {
	for _, test := range []struct{ content, want string }{
		{"function-name: &name spot\nrule-name: *name\n", "function-name=spot rule-name=spot"},
		{"cluster: &all [shop, batch]\ntag: {Team: web}\n", "tag=Team=web cluster=shop batch"},
		{"tag: &common {Team: web, Cost: a}\n<<: {timeout: 30, prefix: merged}\nprefix: own\n", "prefix=own tag=Team=web Cost=a timeout=30"},
		{"<<: [{timeout: 30}, {timeout: 60, memory-size: 256}]\n", "memory-size=256 timeout=30"},
		{"<<: &a {tag: {<<: {Team: web}, Cost: b}}\n", "tag=Cost=b Team=web"},
		{"cluster: [&one shop, *one]\n", "cluster=shop shop"},
	} {
		file, err := read(t, test.content)
		if err != nil || shown(file) != test.want {
			t.Errorf("%q gives %s, %v", test.content, shown(file), err)
		}
	}
}

// Errors in a file name the line and the accepted input.
func TestFileRefused(t *testing.T) {
	for _, test := range []struct{ content, message, hint string }{
		{"", "c.yaml has no keys", "write key: value, one per line, such as prefix: prod"},
		{"# prefix: prod\n", "c.yaml has no keys", "write key: value"},
		{"---\n", "c.yaml has no keys", "write key: value"},
		{"{}", "c.yaml has no keys", "write key: value"},
		{"null", "c.yaml has no keys", "write key: value"},
		{strings.Repeat("# a comment\n", 1<<17), "c.yaml is larger than 1 MB", "--config FILE   a YAML file of settings"},
		{"prefix: a\n---\nprefix: b\n", "c.yaml:2: a second YAML document begins; a configuration file has one", "write all keys in one document"},
		{"- prefix: prod", "c.yaml:1: settings are expected, as key: value", "write key: value, one per line"},
		{"prod", "c.yaml:1: settings are expected, as key: value", "write key: value, one per line"},
		{"timeout: 60\n\ntimeout: 90\n", "c.yaml:3: timeout is set twice, first on line 1", "set it once"},
		{"tag: {a: 1,\n  a: 2}", "c.yaml:2: a is set twice, first on line 1", "set it once"},
		{"memory_size: 256", "c.yaml:1: memory_size is not a configuration key", "did you mean memory-size?"},
		{"clusters: [a]", "c.yaml:1: clusters is not a configuration key", "did you mean cluster?"},
		{"yes: true", "c.yaml:1: yes is not a configuration key", "accepted: prefix, region, profile, role-arn, expect-account, function-name,"},
		{"prefix: [a]", "c.yaml:1: prefix takes one value, not a list or a mapping", "write key: value"},
		{"timeout: [60, 90]", "c.yaml:1: timeout takes one value, not a list or a mapping", "write key: value"},
		{"timeout:\n  seconds: 60", "c.yaml:1: timeout takes one value, not a list or a mapping", "write key: value"},
		{"cluster: {a: b}", "c.yaml:1: cluster takes a list, not a mapping", "write key: [value, value]"},
		{"cluster: [shop,\n  null]", "c.yaml:2: an element of the list is not a value", "write key: [value, value]"},
		{"cluster: [[shop]]", "c.yaml:1: an element of the list is not a value", "write key: [value, value]"},
		{"cluster: []", "c.yaml:1: cluster is an empty list", "cluster: all   states it explicitly"},
		{"tag: {}", "c.yaml:1: tag is an empty list", "tag: none   states it explicitly"},
		{"tag:\n  Team: web\n  Owner: null", "c.yaml:3: Owner is not a value for a tag", `write Owner: "" for a tag without a value`},
		{"tag: {a=b: c}", "c.yaml:1: a=b is not accepted as the key of a tag", "choose a key without ="},
		{"tag: {Team: [web]}", "c.yaml:1: Team is not a value for a tag", "write Team:"},
		{"prefix: true", "c.yaml:1: prefix takes a string, true is a boolean", `write "true" if it is a name`},
		{"prefix: !secret prod", "c.yaml:1: prefix: the type !secret is not supported", "write the value without !secret"},
		{"kms-key: !!binary aGk=", "c.yaml:1: kms-key: the type !!binary is not supported", "write the value without !!binary"},
		{"? [a, b]\n: c\n", "c.yaml:1: a key must be a word", "write key: value"},
		{"<<: prod", "c.yaml:1: only a mapping can be merged", "<<: *anchor   of a mapping"},
		{"&a\nprefix: prod\n<<: *a\n", "c.yaml:1: this mapping is merged into itself", "merge another mapping"},
		{"cluster: &a [*a]", "c.yaml:1: an element of the list is not a value", "write key: [value, value]"},
		{"prefix: \"prod\n", "c.yaml:2: not YAML: found unexpected end of stream", "write key: value, one per line"},
		{"%YAML 1.2\n---\nprefix: prod", "c.yaml: the directive %YAML is not supported", "remove the line"},
		{"prefix: *missing", "c.yaml: not YAML: unknown anchor 'missing' referenced", "write key: value, one per line"},
		{"prefix: \xff\xfe", "c.yaml: not YAML: invalid leading UTF-8 octet", "write key: value, one per line"},
	} {
		_, err := read(t, test.content)
		apperrtest.Refused(t, err, test.message, test.hint)
	}
}

// A file that cannot be read is named, with the system's reason.
func TestFileUnreadable(t *testing.T) {
	folder := t.TempDir()
	for _, path := range []string{filepath.Join(folder, "missing.yaml"), folder} {
		_, err := ReadFile(path)
		known, ok := errors.AsType[*apperr.Error](err)
		if !ok || known.Code != apperr.CodeInvalid || !strings.Contains(known.Message, path) || len(known.Hints) == 0 {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// No file content makes the program panic.
func FuzzReadFile(f *testing.F) {
	for _, seed := range []string{"prefix: prod", "<<: &a {tag: {<<: *a}}", "cluster: &a [*a]", "a: !!binary x", "? {a: b}\n: c", "--- \n---"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(t.TempDir(), "c.yaml")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := ReadFile(path)
		if known, ok := errors.AsType[*apperr.Error](err); err != nil && (!ok || len(known.Hints) == 0) {
			t.Errorf("%v", err)
		}
		for key, value := range file.Values {
			if len(value.Texts) == 0 || value.Source == "" {
				t.Errorf("%s: %+v", key, value)
			}
		}
	})
}
