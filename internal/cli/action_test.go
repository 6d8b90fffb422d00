package cli_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// runner is a folder that stands in for a GitHub runner: its releases, what it has on its path, and what spothandler
// was called with.
type runner struct {
	*testing.T
	folder string
	steps  []actionStep
}

type actionStep struct {
	If    string
	Shell string
	Env   map[string]string
	Run   string
}

// newRunner reads the steps out of action.yml and lays out a release 1.2.0 whose spothandler prints its arguments.
func newRunner(t *testing.T) *runner {
	t.Helper()
	for _, tool := range []string{"bash", "xargs", "tar", "shasum"} {
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
	r := &runner{t, t.TempDir(), action.Runs.Steps}
	archive := tarball(t, "spothandler", "#!/bin/sh\nprintf '<%s>' \"$@\"\n")
	name := "spothandler_1.2.0_linux_amd64.tar.gz"
	r.write("releases/v1.2.0/"+name, archive)
	sum := sha256.Sum256([]byte(archive))
	r.write("releases/v1.2.0/checksums.txt", hex.EncodeToString(sum[:])+"  "+name+"\n")
	// A curl that copies: the addresses are of a folder.
	r.write("bin/curl", "#!/bin/sh\nfor word; do case $word in /*) cp \"$word\" . || exit 22;; esac; done\n")
	return r
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

func tarball(t *testing.T, name, content string) string {
	t.Helper()
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	archive := tar.NewWriter(zip)
	if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(content))}); err != nil {
		t.Fatal(err)
	}
	_, err := archive.Write([]byte(content))
	if err != nil || archive.Close() != nil || zip.Close() != nil {
		t.Fatal("writing the archive: ", err)
	}
	return out.String()
}

// act runs the steps as GitHub does, until one fails, and returns what they printed.
func (r *runner) act(inputs map[string]string) (output string, err error) {
	r.Helper()
	var out strings.Builder
	path := filepath.Join(r.folder, "bin")
	for _, step := range r.steps {
		if step.If != "" || step.Shell != "bash" || strings.Contains(step.Run, "${{") {
			r.Fatalf("not a step that this test can run, or one that runs its inputs: %+v", step)
		}
		script := filepath.Join(r.folder, "step.sh")
		r.write("step.sh", step.Run)
		cmd := exec.CommandContext(r.Context(), "bash", "--noprofile", "--norc", "-eo", "pipefail", script)
		cmd.Dir, cmd.Stdout, cmd.Stderr = r.folder, &out, &out
		cmd.Env = []string{
			"PATH=" + path + string(os.PathListSeparator) + os.Getenv("PATH"), "HOME=" + r.folder,
			"RUNNER_OS=Linux", "RUNNER_ARCH=X64", "RUNNER_TEMP=" + filepath.Join(r.folder, "temp"), "GITHUB_PATH=" + filepath.Join(r.folder, "path"),
		}
		for name, value := range step.Env {
			for input, text := range inputs {
				value = strings.ReplaceAll(value, "${{ inputs."+input+" }}", text)
			}
			if name == "RELEASES" {
				value = filepath.Join(r.folder, "releases")
			}
			cmd.Env = append(cmd.Env, name+"="+value)
		}
		if err := cmd.Run(); err != nil {
			return out.String(), err
		}
		added, err := os.ReadFile(filepath.Join(r.folder, "path"))
		if err != nil {
			r.Fatal(err)
		}
		path = strings.Join(append(strings.Fields(string(added)), filepath.Join(r.folder, "bin")), string(os.PathListSeparator))
	}
	return out.String(), nil
}

// The words of `run` reach the command as they were written, on one line or on several.
func TestActionPassesArguments(t *testing.T) {
	r := newRunner(t)
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
		output, err := r.act(map[string]string{"version": "v1.2.0", "run": run})
		if err != nil || !strings.HasSuffix(output, want) {
			t.Errorf("%q gives %s, %v, and not %s", run, output, err, want)
		}
	}
}

// What cannot be run as it was meant is not run.
func TestActionRefuses(t *testing.T) {
	for name, test := range map[string]struct{ version, run, want string }{
		"an empty command":         {"1.2.0", "", "::error::run is empty"},
		"a command of blank lines": {"1.2.0", " \n\t\n", "::error::run is empty"},
		"an open quote":            {"1.2.0", "install --prefix 'prod\n--dry-run", "::error::run has a quote that is not closed"},
		"no version":               {"", "status", `::error::version "" is not a release`},
		"a path for a version":     {"1.2.0/../9.9.9", "status", `::error::version "1.2.0/../9.9.9" is not a release`},
		"another release":          {"1.2.1", "status", ""},
	} {
		output, err := newRunner(t).act(map[string]string{"version": test.version, "run": test.run})
		if err == nil || !strings.Contains(output, test.want) || strings.Contains(output, "<") {
			t.Errorf("%s: %s, %v", name, output, err)
		}
	}
	r := newRunner(t)
	r.write("releases/v1.2.0/spothandler_1.2.0_linux_amd64.tar.gz", tarball(t, "spothandler", "#!/bin/sh\necho '<tampered>'\n"))
	if output, err := r.act(map[string]string{"version": "1.2.0", "run": "status"}); err == nil || strings.Contains(output, "<") {
		t.Errorf("another archive than the checksum's was run: %s, %v", output, err)
	}
}

// An action that is given no command shows the version.
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
