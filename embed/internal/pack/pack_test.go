package pack

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// root is the module's folder relative to this package.
const root = "../../.."

// TestSameSourceSameBytes builds the real archives, as `go generate` does, from
// two copies of the source whose folders differ in name and length.
func TestSameSourceSameBytes(t *testing.T) {
	first := generateIn(t, filepath.Join(t.TempDir(), "a"))
	second := generateIn(t, filepath.Join(t.TempDir(), "a much/longer folder/somewhere-else"))
	for _, target := range targets() {
		name := target.architecture + ".zip"
		if !bytes.Equal(readFile(t, filepath.Join(first, name)), readFile(t, filepath.Join(second, name))) {
			t.Errorf("%s differs between two folders", name)
		}
	}
}

// generateIn runs build.go in a copy of the source and returns the folder with
// the archives.
func generateIn(t *testing.T, module string) string {
	t.Helper()
	copySource(t, module)
	dist := filepath.Join(module, "embed", "dist")
	if err := os.Mkdir(dist, 0o755); err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(t.Context(), "go", "run", "build.go")
	run.Dir = filepath.Join(module, "embed")
	out, err := run.CombinedOutput()
	t.Logf("%s\n%s", module, out)
	if err != nil {
		t.Fatal(err)
	}
	return dist
}

// copySource copies the source of the archives to the folder dir.
func copySource(t *testing.T, dir string) {
	t.Helper()
	const format = `{{with .Module}}{{if .Main}}{{$.Dir}}{{range $.GoFiles}}|{{.}}{{end}}{{range $.EmbedFiles}}|{{.}}{{end}}{{end}}{{end}}`
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", format, handler, "./embed/internal/pack")
	list.Dir = root
	list.Env = append(os.Environ(), "GOOS=linux", "GOFLAGS=")
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	module, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out) + module + "|go.mod|go.sum|embed/build.go") {
		folder, files, _ := strings.Cut(strings.TrimSpace(line), "|")
		relative, err := filepath.Rel(module, folder)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Join(dir, relative), 0o755); err != nil {
			t.Fatal(err)
		}
		for file := range strings.SplitSeq(files, "|") {
			to := filepath.Join(dir, relative, file)
			if err := os.WriteFile(to, readFile(t, filepath.Join(folder, file)), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestNothingSetByTheUserChangesTheBytes builds a small program without and
// with every setting that could affect its code.
func TestNothingSetByTheUserChangesTheBytes(t *testing.T) {
	module := program(t, "package main\n\nfunc main() { println(\"hello\") }\n")
	want := buildHere(t, module)

	t.Setenv("GOFLAGS", "-gcflags=-N -tags=other")
	t.Setenv("GOAMD64", "v3")
	t.Setenv("GOEXPERIMENT", "nogreenteagc")
	t.Setenv("GOFIPS140", "latest")
	t.Setenv("GOOS", "windows")
	settings := filepath.Join(t.TempDir(), "go.env")
	if err := os.WriteFile(settings, []byte("GOFLAGS=-race\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOENV", settings)
	if !bytes.Equal(want, buildHere(t, module)) {
		t.Error("the user's environment changed the archive")
	}
}

func buildHere(t *testing.T, module string) []byte {
	t.Helper()
	env, err := environment(t.Context(), module)
	if err != nil {
		t.Fatal(err)
	}
	zip, err := build(t.Context(), module, ".", "amd64", env)
	if err != nil {
		t.Fatal(err)
	}
	return zip
}

// program writes a module of one file and returns its folder.
func program(t *testing.T, source string) string {
	t.Helper()
	dir := t.TempDir()
	files := map[string]string{"go.mod": "module example.com/hello\n\ngo 1.26\n", "main.go": source}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestBuildReportsCompilerOutput(t *testing.T) {
	module := program(t, "package main\n\nfunc main() { nonsense() }\n")
	env, err := environment(t.Context(), module)
	if err != nil {
		t.Fatal(err)
	}
	_, err = build(t.Context(), module, ".", "arm64", env)
	for _, want := range []string{"compiling . for linux/arm64", "undefined: nonsense"} {
		if !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("error %v, want it to say %q", err, want)
		}
	}
}

func TestArchiveHoldsAnExecutableBootstrap(t *testing.T) {
	const content = "an executable"
	data, err := archive([]byte(content))
	if err != nil {
		t.Fatal(err)
	}
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if len(r.File) != 1 {
		t.Fatalf("%d files, want one", len(r.File))
	}
	f := r.File[0]
	if f.Name != "bootstrap" || f.Mode() != 0o755 || f.Modified.Year() != 1980 {
		t.Errorf("%s %v %v, want bootstrap, -rwxr-xr-x, 1980", f.Name, f.Mode(), f.Modified)
	}
	got, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer got.Close()
	if text, err := io.ReadAll(got); err != nil || string(text) != content {
		t.Errorf("bootstrap holds %q, %v; want %q", text, err, content)
	}
}

func TestWriteFileReplaces(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "arm64.zip")
	for _, text := range []string{"old and long", "new"} {
		if err := writeFile(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got := readFile(t, path); string(got) != text {
			t.Errorf("the file holds %q, want %q", got, text)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("the folder holds %v (%v), want the archive alone", left, err)
	}
	if err := writeFile(filepath.Join(dir, "missing", "arm64.zip"), nil); err == nil {
		t.Error("writing into a missing folder gave no error")
	}
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
