package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// The words of `run` are passed to the command as written, on one line or on several.
func TestActionPassesArguments(t *testing.T) {
	r := published(t)
	if output, err := r.act(map[string]string{"version": "v1.0.0", "run": "version"}); err != nil || !strings.HasSuffix(output, "<version>") {
		t.Fatalf("%s, %v", output, err)
	}
	for run, want := range map[string]string{
		"install --prefix prod":                               "<install><--prefix><prod>",
		"uninstall --prefix prod\n--yes\n--dry-run\n":         "<uninstall><--prefix><prod><--yes><--dry-run>",
		"uninstall \\\n  --prefix prod \\\n  --dry-run":       "<uninstall><--prefix><prod><--dry-run>",
		"uninstall\r\n--dry-run\r\n":                          "<uninstall><--dry-run>",
		`install --tag "Cost Centre=a b" --tag 'Team=it "x"'`: `<install><--tag><Cost Centre=a b><--tag><Team=it "x">`,
		`install --tag Empty= --prefix ""`:                    "<install><--tag><Empty=><--prefix><>",
		"install --tag x=$(id) --tag `id` --tag $HOME *":      "<install><--tag><x=$(id)><--tag><`id`><--tag><$HOME><*>",
		"status -o json; uninstall --yes && x | y > z":        "<status><-o><json;><uninstall><--yes><&&><x><|><y><>><z>",
		"status --profile %s%n":                               "<status><--profile><%s%n>",
		"  version  ":                                         "<version>",
	} {
		output, err := r.step(r.steps[1], map[string]string{"run": run})
		if err != nil || !strings.HasSuffix(output, want) {
			t.Errorf("%q gives %s, %v, and not %s", run, output, err, want)
		}
	}
}

// Input that cannot be run as intended is not run.
func TestActionRefusesInputs(t *testing.T) {
	r := published(t)
	for name, test := range map[string]struct{ version, run, want string }{
		"an empty command":         {"1.0.0", "", "::error::run is empty"},
		"a command of blank lines": {"1.0.0", " \n\t\n", "::error::run is empty"},
		"an open quote":            {"1.0.0", "install --prefix 'prod\n--dry-run", "::error::run has a quote that is not closed"},
		"no version":               {"", "status", `::error::version "" is not a release`},
		"a path for a version":     {"1.0.0/../9.9.9", "status", `::error::version "1.0.0/../9.9.9" is not a release`},
		"another release":          {"1.2.1", "status", "::error::cannot download spothandler_1.2.1_linux_amd64.tar.gz of release v1.2.1"},
	} {
		output, err := r.act(map[string]string{"version": test.version, "run": test.run})
		if err == nil || !strings.Contains(output, test.want) || strings.Contains(output, "<") {
			t.Errorf("%s: %s, %v", name, output, err)
		}
	}
}

// verification returns the gh command that must be run for a file of release 1.0.0, by the action and according to
// the documents.
const verification = "gh attestation verify " + fakeArchive + " --repo spothandler/spothandler" +
	" --signer-workflow spothandler/spothandler/.github/workflows/release.yml" +
	" --source-ref refs/tags/v1.0.0 --deny-self-hosted-runners\n"

// The required attestation is that of our own release workflow, for this tag, from a GitHub-hosted runner.
func TestActionVerifiesTheAttestation(t *testing.T) {
	r := published(t)
	if output, err := r.act(map[string]string{"version": "1.0.0", "run": "version"}); err != nil || r.read("gh.log") != verification {
		t.Errorf("%s, %v: gh was called so:\n%s", output, err, r.read("gh.log"))
	}
	workflow, err := os.ReadFile("../../.github/workflows/release.yml")
	if err != nil || !strings.Contains(string(workflow), "uses: actions/attest@") {
		t.Errorf("the workflow that the action trusts attests nothing: %v", err)
	}
}

// tampered returns changes of a published release, each with the check that detects it.
func tampered(t *testing.T) map[string]struct {
	change func(r *runner)
	want   string
} {
	t.Helper()
	evil := tarball(t, "spothandler", "#!/bin/sh\necho '<tampered>'\n")
	return map[string]struct {
		change func(r *runner)
		want   string
	}{
		"an archive": {
			func(r *runner) { r.write("releases/v1.0.0/"+fakeArchive, evil) },
			"is not the one in checksums.txt",
		},
		"half an archive": {
			func(r *runner) {
				r.write("releases/v1.0.0/"+fakeArchive, r.read("releases/v1.0.0/" + fakeArchive)[:99])
			},
			"is not the one in checksums.txt",
		},
		"a checksum": {
			func(r *runner) { r.write("releases/v1.0.0/checksums.txt", checksum(evil, fakeArchive)) },
			"is not the one in checksums.txt",
		},
		"an archive and a second checksum": {
			func(r *runner) {
				r.write("releases/v1.0.0/checksums.txt", r.read("releases/v1.0.0/checksums.txt")+checksum(evil, fakeArchive))
				r.write("releases/v1.0.0/"+fakeArchive, evil)
			},
			"is not the one in checksums.txt",
		},
		"a file of checksums without the archive": {
			func(r *runner) { r.write("releases/v1.0.0/checksums.txt", checksum(evil, "x"+fakeArchive)) },
			"does not list " + fakeArchive,
		},
		"an archive and its checksum": {
			func(r *runner) {
				r.write("releases/v1.0.0/"+fakeArchive, evil)
				r.write("releases/v1.0.0/checksums.txt", checksum(evil, fakeArchive))
			},
			"no valid attestation",
		},
		"nothing, but the attestation is missing": {
			func(r *runner) { r.write("attested", "") },
			"no valid attestation",
		},
	}
}

// A release that was tampered with is neither unpacked nor run.
func TestActionRefusesTamperedReleases(t *testing.T) {
	for name, test := range tampered(t) {
		r := published(t)
		test.change(r)
		output, err := r.act(map[string]string{"version": "1.0.0", "run": "status"})
		if err == nil || !strings.Contains(output, "::error::") || !strings.Contains(output, test.want) || strings.Contains(output, "<") {
			t.Errorf("%s: %s, %v", name, output, err)
		}
		unpacked, err := os.ReadDir(filepath.Join(r.folder, "temp", "spothandler", "bin"))
		if err != nil || len(unpacked) > 0 || r.read("path") != "" {
			t.Errorf("%s: unpacked %v, %v; on the path %q", name, unpacked, err, r.read("path"))
		}
	}
}

// An earlier version does not remain on the runner when a later one is refused.
func TestActionRemovesTheEarlierVersion(t *testing.T) {
	r := published(t)
	if output, err := r.act(map[string]string{"version": "1.0.0", "run": "version"}); err != nil {
		t.Fatalf("%s, %v", output, err)
	}
	if output, err := r.act(map[string]string{"version": "1.3.0", "run": "version"}); err == nil {
		t.Fatalf("a release that is not there: %s", output)
	}
	if output, err := r.step(r.steps[1], map[string]string{"run": "version"}); err == nil {
		t.Errorf("the earlier version was run: %s", output)
	}
}

// Each of GitHub's runners gets the archive that .goreleaser.yaml makes for it.
func TestActionSelectsTheArchive(t *testing.T) {
	r := published(t)
	for system, want := range map[[2]string]string{
		{"Linux", "ARM64"}:   "cannot download spothandler_1.0.0_linux_arm64.tar.gz",
		{"macOS", "X64"}:     "cannot download spothandler_1.0.0_darwin_amd64.tar.gz",
		{"macOS", "ARM64"}:   "cannot download spothandler_1.0.0_darwin_arm64.tar.gz",
		{"Windows", "X64"}:   "cannot download spothandler_1.0.0_windows_amd64.zip",
		{"Windows", "ARM64"}: "cannot download spothandler_1.0.0_windows_arm64.zip",
		{"Linux", "X86"}:     "there is no spothandler for Linux on X86",
		{"Linux", "ARM"}:     "there is no spothandler for Linux on ARM",
		{"FreeBSD", "X64"}:   "there is no spothandler for FreeBSD",
	} {
		r.os, r.arch = system[0], system[1]
		if output, err := r.act(map[string]string{"version": "1.0.0", "run": "version"}); err == nil || !strings.Contains(output, "::error::"+want) {
			t.Errorf("%v: %s, %v", system, output, err)
		}
	}
}

// On Windows the archive is a zip.
func TestActionUnzips(t *testing.T) {
	r := published(t)
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	if _, err := archive.Create("spothandler.exe"); err != nil || archive.Close() != nil {
		t.Fatal("writing the archive: ", err)
	}
	const name = "spothandler_1.0.0_windows_amd64.zip"
	r.write("releases/v1.0.0/"+name, out.String())
	r.write("releases/v1.0.0/checksums.txt", checksum(out.String(), name))
	r.write("attested", checksum(out.String(), name))
	r.os = "Windows"
	output, err := r.step(r.steps[0], map[string]string{"version": "1.0.0"})
	if _, missing := os.Stat(filepath.Join(r.folder, "temp", "spothandler", "bin", "spothandler.exe")); err != nil || missing != nil {
		t.Errorf("%s, %v, %v", output, err, missing)
	}
}

// A runner that cannot verify downloads nothing.
func TestActionNeedsGH(t *testing.T) {
	r := published(t)
	if err := os.Remove(filepath.Join(r.folder, "bin", "gh")); err != nil {
		t.Fatal(err)
	}
	step := r.steps[0]
	step.Run = "PATH=/nowhere\n" + step.Run // up to the check for gh, bash needs no other program
	output, err := r.step(step, map[string]string{"version": "1.0.0"})
	if err == nil || !strings.Contains(output, "::error::this runner has no gh") {
		t.Errorf("%s, %v", output, err)
	}
	if _, err := os.Stat(filepath.Join(r.folder, "temp")); !os.IsNotExist(err) {
		t.Errorf("something was downloaded: %v", err)
	}
}

// Without a command, the action shows the version.
func TestActionDefault(t *testing.T) {
	content, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	var action struct {
		Inputs map[string]struct {
			Default  string
			Required bool
		}
	}
	if err := yaml.Unmarshal(content, &action); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(action.Inputs["run"].Default, " ", action.Inputs["version"].Required); got != "version true" {
		t.Errorf("%s", got)
	}
}

// documented returns the shell code in a document that follows a line.
func documented(t *testing.T, path, after string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)" + regexp.QuoteMeta(after) + ".*?\n```(?:sh)?\n(.*?)\n```\n").FindSubmatch(content)
	if block == nil {
		t.Fatalf("%s has no commands after %q", path, after)
	}
	return string(block[1])
}

// The commands in docs/security.md install the release, and nothing of one that was tampered with.
func TestVerifyAsDocumented(t *testing.T) {
	script := documented(t, "../../docs/security.md", "## Verify a release")
	if !strings.Contains(script, releases) {
		t.Fatalf("not from %s:\n%s", releases, script)
	}
	follow := func(r *runner) (string, error) {
		return r.bash(strings.ReplaceAll(script, releases, r.url)+"\n./spothandler version", nil)
	}
	r := published(t)
	if output, err := follow(r); err != nil || !strings.HasSuffix(output, "<version>") || r.read("gh.log") != verification {
		t.Errorf("%s, %v: gh was called so:\n%s", output, err, r.read("gh.log"))
	}
	for name, test := range tampered(t) {
		r := published(t)
		test.change(r)
		output, err := follow(r)
		if _, missing := os.Stat(filepath.Join(r.folder, "spothandler")); err == nil || strings.Contains(output, "<") || !os.IsNotExist(missing) {
			t.Errorf("%s: %s, %v", name, output, err)
		}
	}
}
