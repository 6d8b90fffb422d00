package settings

import (
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/apperr/apperrtest"
)

// environments is a typical file with several installations.
const environments = `# yaml-language-server: $schema=docs/schema/spothandler.schema.json
version: 1
log-level: WARNING
tag: {Team: web}
cluster: [shop]

installations:
  production:
    prefix: prod
    region: [us-east-1, eu-west-1]
    expect-account: "111122223333"
    role-arn: arn:aws:iam::111122223333:role/deploy
    memory-size: 256
  staging: {prefix: staging, region: eu-west-1, log-level: DEBUG, tag: null}
`

// Each installation has the common settings unless it overrides them; null means the default of a setting.
func TestFileInstallations(t *testing.T) {
	file, err := read(t, environments)
	if err != nil {
		t.Fatal(err)
	}
	if err := file.Check(t.Context()); err != nil {
		t.Errorf("it is refused: %v", err)
	}
	want := []string{
		"production: prefix=prod region=us-east-1 eu-west-1 role-arn=arn:aws:iam::111122223333:role/deploy expect-account=111122223333 tag=Team=web cluster=shop memory-size=256 log-level=WARNING",
		"staging: prefix=staging region=eu-west-1 cluster=shop log-level=DEBUG",
	}
	for n, each := range file.Installations {
		if got := each.Name + ": " + shown(File{Values: each.Values}); got != want[n] {
			t.Errorf("%s\nwant %s", got, want[n])
		}
	}
	if got := strings.Join(file.Installations[0].Regions(), " "); got != "eu-west-1 us-east-1" {
		t.Errorf("regions %s", got)
	}
	if got := file.Installations[1].Values["log-level"].Source; got != "c.yaml:14: log-level" {
		t.Errorf("the line of an own key: %s", got)
	}
	if got := file.Installations[1].Values["cluster"].Source; got != "c.yaml:5: cluster" {
		t.Errorf("the line of a common key: %s", got)
	}
}

// A file from a Windows editor, with a byte order mark and CRLF, is accepted.
func TestFileWithCRLF(t *testing.T) {
	file, err := read(t, "\ufeff"+strings.ReplaceAll(environments, "\n", "\r\n"))
	if err != nil || len(file.Installations) != 2 || file.Installations[0].Source != "c.yaml:8: production" {
		t.Errorf("%+v, %v", file, err)
	}
}

// A file may omit the version, since this format is the first.
func TestFileVersion(t *testing.T) {
	for _, content := range []string{"prefix: prod", "version: 1\nprefix: prod", "prefix: prod\nversion: \"1\""} {
		if file, err := read(t, content); err != nil || shown(file) != "prefix=prod" {
			t.Errorf("%q gives %s, %v", content, shown(file), err)
		}
	}
}

// The format of a file with several installations.
func TestFileInstallationsRefused(t *testing.T) {
	for _, test := range []struct{ content, message, hint string }{
		{"regions: x\nversion: 2", "c.yaml:2: version is 2: this spothandler reads version 1", "use the spothandler version that the file is written for"},
		{"version: 0", "c.yaml:1: version takes the version of the file format, an integer", "version: 1"},
		{"version: 1.2.3", "c.yaml:1: version takes the version of the file format, an integer", "version: 1"},
		{"version:", "c.yaml:1: version takes the version of the file format, an integer", "version: 1"},
		{"version: 1", "c.yaml has no keys", "write key: value"},
		{"installations:", "c.yaml:1: installations takes a name for each installation, with its keys below", "production: {"},
		{"installations: [a]", "c.yaml:1: installations takes a name for each installation, with its keys below", "production: {"},
		{"installations: {}", "c.yaml:1: installations are none", "production: {"},
		{"installations:\n  a: prod", "c.yaml:2: a is the name of an installation, and has no keys below it", "a: {prefix: a}"},
		{"installations:\n  a:\n  b: {}", "c.yaml:2: a is the name of an installation, and has no keys below it", "a: {prefix: a}"},
		{"installations:\n  a: {}", "c.yaml:2: a is the name of an installation, and has no keys below it", "a: {prefix: a}"},
		{"installations:\n  a b: {prefix: a}", "c.yaml:2: a b is not accepted as the name of an installation", "accepted: up to 64 letters"},
		{"installations:\n  a: {prefix: a}\n  a: {prefix: b}", "c.yaml:3: a is set twice, first on line 2", "set it once"},
		{"installations: {a: {prefix: a}}\ninstallations: {b: {prefix: b}}", "c.yaml:2: installations is set twice, first on line 1", "set it once"},
		{"instalations:\n  a: {prefix: a}", "c.yaml:1: instalations is not a configuration key", "did you mean installations?"},
		{"installations:\n  a:\n    memorysize: 1", "c.yaml:3: memorysize is not a configuration key", "did you mean memory-size?"},
		{"installations:\n  a:\n    zzz: 1", "c.yaml:3: zzz is not a configuration key", "accepted: prefix, region"},
		{"installations:\n  a:\n    prefix: a\n    version: 1", "c.yaml:4: version belongs at the top level of the file, not in an installation", "move it to the left"},
		{"installations:\n  a:\n    installations: {b: {prefix: b}}", "c.yaml:3: installations belongs at the top level of the file, not in an installation", "move it to the left"},
		{"installations:\n  a: {prefix: a,\n    region: null}", "c.yaml:3: region has no value", "give it a value, or leave the key out"},
		{"installations:\n  a: {prefix: [a]}", "c.yaml:2: prefix takes one value, not a list or a mapping", "write key: value"},
	} {
		_, err := read(t, test.content)
		apperrtest.Refused(t, err, test.message, test.hint)
	}
}

// A file is checked before any call, first each value and then the installations together.
func TestFileChecked(t *testing.T) {
	pair := func(a, b string) string { return "installations:\n  a: {" + a + "}\n  b: {" + b + "}\n" }
	const accounts = "expect-account: \"111122223333\", "
	for _, test := range []struct{ content, message, hint string }{
		{"memory-size: 1", `c.yaml:1: memory-size "1" is not accepted`, "accepted: 128 to 10240"},
		{"prefix: \"a b\"", `c.yaml:1: prefix "a b" has a character that IAM and Lambda do not allow`, "--prefix NAME"},
		{"installations:\n  a: {prefix: a}\n  b:\n    timeout: 0", `c.yaml:4: timeout "0" is not accepted`, "accepted: 1 to 900"},
		{"installations:\n  a:\n    region: Ireland", `c.yaml:2: a: "Ireland" is not the name of a Region`, "--region NAME"},
		{"expect-account: 123", `c.yaml:1: expect-account "123" is not accepted`, "accepted: twelve digits"},
		{"role-arn: arn:aws:iam::abc:role/x", `c.yaml:1: role-arn "arn:aws:iam::abc:role/x" is not the ARN of a role`, "role-arn: arn:PARTITION"},
		{"role-arn: deploy", `c.yaml:1: role-arn "deploy" is not the ARN of a role`, "role-arn: arn:PARTITION"},
		{
			"role-arn: arn:aws:iam::111122223333:role/a\nregion: [us-east-1, cn-north-1]",
			"c.yaml:1: role-arn arn:aws:iam::111122223333:role/a: Region cn-north-1 is in partition aws-cn, not aws", "use a Region in partition aws",
		},
		{"role-arn: arn:aws:iam::111122223333:role/a\nexpect-account: 444455556666", "c.yaml:2: expect-account is 444455556666, and the role is in account 111122223333", "use the role's account"},
		{
			pair("prefix: prod", "prefix: prod"),
			`c.yaml:3: b is the same installation as a on line 2: both have the prefix "prod" in the same Region`, "give one of them another prefix",
		},
		{
			pair("region: [eu-west-1, us-east-1]", "region: [us-east-1, eu-north-1]"),
			`c.yaml:3: b is the same installation as a on line 2: both have the prefix "" in us-east-1`, "give one of them another prefix",
		},
		{
			pair(accounts+"prefix: prod, region: eu-west-1", "prefix: Prod, region: eu-west-1, role-arn: arn:aws:iam::111122223333:role/x"),
			`c.yaml:3: b is the same installation as a on line 2: both have the prefix "Prod" in eu-west-1`, "give one of them another prefix",
		},
		{
			pair("prefix: a, region: eu-west-1", "prefix: b, region: eu-west-1, cluster: shop"),
			"c.yaml:3: b and a on line 2 watch the same clusters in eu-west-1: both would redeploy", "cluster: [NAME, NAME]",
		},
		{
			pair("prefix: a, cluster: [shop, web]", "prefix: b, cluster: \"arn:aws:ecs:eu-west-1:111122223333:cluster/shop\""),
			"c.yaml:3: b and a on line 2 watch the same clusters in the same Region: both would redeploy", "cluster: [NAME, NAME]",
		},
	} {
		file, err := read(t, test.content)
		if err != nil {
			t.Errorf("%q: %v", test.content, err)
			continue
		}
		apperrtest.Refused(t, file.Check(t.Context()), test.message, test.hint)
	}
	for _, content := range []string{
		pair("prefix: a, cluster: shop", "prefix: b, cluster: web"),
		pair("prefix: a", "prefix: b, redeploy: observe"),
		pair("prefix: a", "prefix: b, rule-state: disabled"),
		pair("region: eu-west-1", "region: us-east-1"),
		pair("profile: one", "profile: two"),
		pair(accounts+"prefix: a", "prefix: a, expect-account: \"444455556666\""),
	} {
		if file, err := read(t, content); err != nil || file.Check(t.Context()) != nil {
			t.Errorf("%q: %v, %v", content, err, file.Check(t.Context()))
		}
	}
}

// An error of the path is distinguished from an error in the content.
func TestFileThatCannotBeRead(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("folder.yaml", 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := ReadFile("folder.yaml")
	apperrtest.Refused(t, err, "folder.yaml is a directory, not a file", "--config FILE   a YAML file")
	err = unreadable("secret.yaml", &fs.PathError{Op: "open", Path: "secret.yaml", Err: fs.ErrPermission}) // not possible as root
	apperrtest.Refused(t, err, "secret.yaml cannot be read by this user", "ask its owner for read permission")
}

// The files in the documents are accepted.
func TestFilesOfTheDocuments(t *testing.T) {
	page, err := os.ReadFile("../../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(strings.ReplaceAll(string(page), "\r\n", "\n"), "\n```yaml\n")[1:]
	if len(blocks) < 2 {
		t.Errorf("%d files were found", len(blocks))
	}
	for _, block := range blocks {
		content, _, _ := strings.Cut(block, "```")
		file, err := ParseFile("configuration.md", []byte(content))
		if err == nil {
			err = file.Check(t.Context())
		}
		if err != nil {
			t.Errorf("%v in\n%s", err, content)
		}
	}
}
