package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// releases is the URL where the action and the documents find releases; the tests replace it.
const releases = "https://github.com/spothandler/spothandler/releases/download"

// runner replaces a GitHub runner: a directory with the programs on its path, and a server of releases. Its gh knows
// the attested files from a file of checksums, and records its arguments: GitHub's own responses cannot be tested here.
type runner struct {
	*testing.T
	folder   string
	steps    []actionStep
	url      string // of the releases
	os, arch string // as GitHub names them
	env      []string
}

type actionStep struct {
	ID    string
	If    string
	Shell string
	Env   map[string]string
	Run   string
}

// newRunner returns a runner without a release, and the steps of action.yml.
func newRunner(t *testing.T) *runner {
	t.Helper()
	for _, tool := range []string{"bash", "curl", "xargs", "tar", "unzip", "shasum"} {
		if _, err := exec.LookPath(tool); err != nil || runtime.GOOS == "windows" {
			t.Skipf("the steps of action.yml need a Unix with %s", tool)
		}
	}
	content, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	var action struct{ Runs struct{ Steps []actionStep } }
	if err := yaml.Unmarshal(content, &action); err != nil {
		t.Fatal(err)
	}
	r := &runner{T: t, folder: t.TempDir(), steps: action.Runs.Steps, os: "Linux", arch: "X64"}
	server := httptest.NewServer(http.FileServer(http.Dir(filepath.Join(r.folder, "releases"))))
	t.Cleanup(server.Close)
	r.url = server.URL
	r.write("attested", "")
	r.write("path", "")
	r.write("summary.md", "")
	r.write("output", "")
	r.write("bin/gh", `#!/bin/sh
echo "gh $*" >> '`+r.folder+`/gh.log'
[ "$1" = attestation ] || exit 0
grep -q "$(shasum -a 256 "$3" | cut -c 1-64)" '`+r.folder+`/attested' || { echo 'Error: no attestations found' >&2; exit 1; }
`)
	return r
}

// published returns a runner with a release 1.0.0, whose spothandler prints its arguments.
func published(t *testing.T) *runner {
	t.Helper()
	r := newRunner(t)
	archive := tarball(t, "spothandler", "#!/bin/sh\nprintf '<%s>' \"$@\"\n")
	r.write("releases/v1.0.0/"+fakeArchive, archive)
	r.write("releases/v1.0.0/checksums.txt", checksum(archive, fakeArchive))
	r.write("attested", checksum(archive, fakeArchive))
	return r
}

const fakeArchive = "spothandler_1.0.0_linux_amd64.tar.gz"

// checksum returns the line of a file in checksums.txt.
func checksum(content, name string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:]) + "  " + name + "\n"
}

func (r *runner) write(path, content string) {
	r.Helper()
	path = filepath.Join(r.folder, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		r.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o755); err != nil { //nolint:gosec // it is run
		r.Fatal(err)
	}
}

func (r *runner) read(path string) string {
	r.Helper()
	content, err := os.ReadFile(filepath.Join(r.folder, path))
	if err != nil {
		r.Fatal(err)
	}
	return string(content)
}

func tarball(t *testing.T, name, content string) string {
	t.Helper()
	var out bytes.Buffer
	zip, err := gzip.NewWriterLevel(&out, gzip.NoCompression) // the race detector makes any other slow
	if err != nil {
		t.Fatal(err)
	}
	archive := tar.NewWriter(zip)
	if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(content))}); err != nil {
		t.Fatal(err)
	}
	_, err = archive.Write([]byte(content))
	if err != nil || archive.Close() != nil || zip.Close() != nil {
		t.Fatal("writing the archive: ", err)
	}
	return out.String()
}

// act runs the steps as GitHub does, until one fails, and returns their output.
func (r *runner) act(inputs map[string]string) (output string, err error) {
	r.Helper()
	var all strings.Builder
	for _, step := range r.steps {
		output, err := r.step(step, inputs)
		all.WriteString(output)
		if err != nil {
			return all.String(), err
		}
	}
	return all.String(), nil
}

// step runs one step.
func (r *runner) step(step actionStep, inputs map[string]string) (output string, err error) {
	r.Helper()
	if step.If != "" || step.Shell != "bash" || strings.Contains(step.Run, "${{") {
		r.Fatalf("not a step that this test can run, or one that runs its inputs: %+v", step)
	}
	env := []string{"RUNNER_OS=" + r.os, "RUNNER_ARCH=" + r.arch, "RUNNER_TEMP=" + filepath.Join(r.folder, "temp"), "GITHUB_PATH=" + filepath.Join(r.folder, "path")}
	env = append(env, r.env...)
	for name, value := range step.Env {
		for input, text := range inputs {
			value = strings.ReplaceAll(value, "${{ inputs."+input+" }}", text)
		}
		value = strings.ReplaceAll(value, "${{ github.token }}", "a token")
		env = append(env, name+"="+strings.ReplaceAll(value, releases, r.url))
	}
	return r.bash(step.Run, strings.Fields(r.read("path")), env...)
}

// bash runs a script in the runner's directory, as GitHub does, with these directories before the runner's own on its
// path.
func (r *runner) bash(script string, path []string, env ...string) (output string, err error) {
	r.Helper()
	r.write("step.sh", script)
	cmd := exec.CommandContext(r.Context(), "bash", "--noprofile", "--norc", "-eo", "pipefail", filepath.Join(r.folder, "step.sh"))
	cmd.Dir = r.folder
	path = append(path, filepath.Join(r.folder, "bin"), os.Getenv("PATH"))
	cmd.Env = append([]string{"PATH=" + strings.Join(path, string(os.PathListSeparator)), "HOME=" + r.folder, "GITHUB_STEP_SUMMARY=" + filepath.Join(r.folder, "summary.md"), "GITHUB_OUTPUT=" + filepath.Join(r.folder, "output")}, env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}
