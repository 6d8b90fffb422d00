package cli_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/spothandler/spothandler/embed"
	"github.com/spothandler/spothandler/internal/testaws"
)

// scriptEnv is the environment of one script.
type scriptEnv struct {
	backend testaws.Backend
	proxy   *testaws.Proxy
	direct  testaws.Clients
	account string
	held    chan struct{} // receives when a call is held
	stopped []*exec.Cmd   // interrupted commands
	unset   []string      // variables to remove from later runs
	replace []string      // pairs of text that varies and its normalized form
}

type worldKey struct{}

func envOf(ts *testscript.TestScript) *scriptEnv {
	w, ok := ts.Value(worldKey{}).(*scriptEnv)
	if !ok {
		ts.Fatalf("the script was not set up")
	}
	return w
}

// setUp connects a script to its backend, and isolates its environment from the user's.
func setUp(env *testscript.Env, backend testaws.Backend) error {
	w := &scriptEnv{}
	w.connect(backend, env.Defer)
	if err := createClusters(w.direct); err != nil {
		return err
	}
	env.Values[worldKey{}] = w
	env.Setenv("HOME", env.WorkDir)
	env.Setenv("USERPROFILE", env.WorkDir)
	env.Setenv("PATH", shared.scripts+string(os.PathListSeparator)+env.Getenv("PATH"))
	env.Setenv("ACCOUNT", w.account)
	env.Setenv("AWS_ENDPOINT_URL", w.proxy.URL())
	env.Setenv("AWS_REGION", region)
	env.Setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
	env.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	return nil
}

// createClusters creates the clusters that the scripts refer to.
func createClusters(direct testaws.Clients) error {
	for _, cluster := range []string{"shop", "batch", "web", "one", "two", "three", "test"} {
		if _, err := direct.ECS.CreateCluster(context.Background(), &ecs.CreateClusterInput{ClusterName: &cluster}); err != nil {
			return err
		}
	}
	return nil
}

func (w *scriptEnv) connect(backend testaws.Backend, atEnd func(func())) {
	w.backend, w.account = backend, backend.Account
	if w.account == "" {
		w.account = account
	}
	w.proxy = testaws.NewProxy(backend)
	atEnd(w.proxy.Close)
	w.direct = backend.Clients(region)
	w.held = make(chan struct{}, 1)
	w.replace = []string{
		w.proxy.URL(), "http://127.0.0.1:4566",
		"arn:aws:sts::" + w.account + ":user/moto", "arn:aws:iam::" + account + ":user/ana",
		"arn:aws:iam::" + w.account + ":user/local", "arn:aws:iam::" + account + ":user/ana",
		"arn:aws:iam::" + w.account + ":policy/", "arn:aws:iam::aws:policy/", // moto has no AWS managed policies
		w.account, account,
	}
	for architecture, short := range map[string]string{"arm64": "arm64...", "x86_64": "x86_64.."} {
		hash := embed.CodeSHA256(codeOf(version, architecture))
		w.replace = append(w.replace, hash, short, hash[:8], short)
	}
	hash := embed.CodeSHA256(codeOf(newer, ""))
	w.replace = append(w.replace, hash, "1.3.0...", hash[:8], "1.3.0...")
}

// run runs a binary, stores its normalized output for later commands, and returns the exit code.
func (w *scriptEnv) run(ts *testscript.TestScript, name string, args []string) int {
	w.proxy.Forget()
	program := binary(shared.scripts, name)
	if len(w.unset) > 0 {
		args, program = append([]string{program}, args...), os.Args[0]
	}
	ts.Setenv(unsetVariable, strings.Join(w.unset, " "))
	err := ts.Exec(program, args...)
	stdout, stderr := ts.ReadFile("stdout"), ts.ReadFile("stderr")
	_, _ = ts.Stdout().Write([]byte(w.equal(stdout)))
	_, _ = ts.Stderr().Write([]byte(w.equal(stderr)))
	exit := &exec.ExitError{}
	switch {
	case err == nil:
		return 0
	case asExit(err, &exit):
		return exit.ExitCode()
	}
	ts.Fatalf("%v", err)
	return -1
}

func asExit(err error, exit **exec.ExitError) bool {
	e, ok := err.(*exec.ExitError) //nolint:errorlint // os/exec gives it bare
	*exit = e
	return ok
}

// withoutHashes removes from a record the hashes of policies, which contain the account ID.
func withoutHashes(text string) string {
	return regexp.MustCompile(`,"written":"[^"]*"`).ReplaceAllString(text, "")
}

// equal normalizes output. A duration keeps its width.
func (w *scriptEnv) equal(text string) string {
	text = strings.NewReplacer(w.replace...).Replace(text)
	text = regexp.MustCompile(`(?m)^waiting for [a-z-]+:\w+ at \S+\n`).ReplaceAllString(text, "") // printed only if the machine is slow
	text = regexp.MustCompile(`request id [0-9A-Za-z-]+`).ReplaceAllString(text, "request id 1234")
	text = withoutHashes(text)
	text = regexp.MustCompile(` *\b\d+\.\ds\b`).ReplaceAllStringFunc(text, func(found string) string {
		if width := len(found) - len("0.0s"); strings.HasPrefix(found, "  ") {
			return strings.Repeat(" ", width) + "0.0s"
		}
		return strings.Repeat(" ", strings.Count(found, " ")) + "0.0s"
	})
	return regexp.MustCompile(`(?m)(^  (✓|✗) .* 0\.0s\n)+`).ReplaceAllStringFunc(text, func(rows string) string {
		lines := strings.SplitAfter(strings.TrimSuffix(rows, "\n"), "\n")
		lines[len(lines)-1] += "\n"
		slices.Sort(lines)
		return strings.Join(lines, "")
	})
}

// writeOverlay writes the build overlay that replaces the function's archives by those of codeOf, and makes the binary wait
// for AWS however long it takes, unless LIMITED is set: moto may be slow.
func writeOverlay(version string) error {
	dist, err := filepath.Abs("../../embed/dist")
	if err != nil {
		return err
	}
	program, err := filepath.Abs("../../cmd/spothandler/main.go")
	if err != nil {
		return err
	}
	text, err := os.ReadFile(program)
	if err != nil {
		return err
	}
	before, after, found := strings.Cut(string(text), "command.SystemStreams()")
	if !found {
		return fmt.Errorf("%s does not use command.SystemStreams", program)
	}
	patient := filepath.Join(shared.folder, "main.go")
	text = []byte(before + "patient()" + after + `
func patient() command.Streams {
	s := command.SystemStreams()
	s.Patient = os.Getenv("LIMITED") == ""
	return s
}
`)
	if err := os.WriteFile(patient, text, 0o600); err != nil {
		return err
	}
	replaced := map[string]string{program: patient}
	for _, architecture := range []string{"arm64", "x86_64"} {
		code := filepath.Join(shared.folder, version+architecture+".zip")
		replaced[filepath.Join(dist, architecture+".zip")] = code
		if err := os.WriteFile(code, codeOf(version, architecture), 0o600); err != nil {
			return err
		}
	}
	text, err = json.Marshal(map[string]map[string]string{"Replace": replaced})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(shared.folder, version+".json"), text, 0o600)
}

// codeOf returns the archive in one of the script binaries. In the newer one, it is the same for both architectures.
func codeOf(version, architecture string) []byte {
	if version == newer {
		architecture = ""
	}
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	entry, err := archive.Create("bootstrap")
	if err != nil {
		panic(err) // a buffer never fails
	}
	fmt.Fprintf(entry, "#!/bin/sh\n# %s %s\n", version, architecture)
	_ = archive.Close()
	return out.Bytes()
}
