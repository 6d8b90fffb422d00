package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/localaws"
	"github.com/spothandler/spothandler/internal/testaws"
)

const errorsFile = "testdata/errors.golden"

// The text of every failure, with its hints, is as in the golden file.
func TestErrorTexts(t *testing.T) {
	needArchive(t)
	if runtime.GOOS == "windows" {
		t.Skip("the system's own words in it, of files and of the network, are those of a Unix")
	}
	defer func(before string) { version = before }(version)
	version = "1.2.3"
	var out strings.Builder
	codes := map[string]bool{}
	for _, f := range failures() {
		t.Run(f.name, func(t *testing.T) {
			shown := f.run(t, "text")
			output := command.ErrorBody{Message: f.name, Hints: []string{f.name}, Code: f.textOnly}
			if f.textOnly == "" {
				output = f.run(t, "json").errorBody(t)
			}
			if output.Message == "" || len(output.Hints) == 0 {
				t.Errorf("no message or no hint: %+v", output)
			}
			codes[output.Code] = true
			fmt.Fprintf(&out, "# %s: %s\n$ spothandler %s\n%s\n", output.Code, f.name, f.args, shown.failure())
		})
	}
	if updating := flag.Lookup("update"); updating != nil && updating.Value.String() == "true" {
		if err := os.WriteFile(errorsFile, []byte(out.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile(errorsFile)
	if err != nil {
		t.Fatal(err)
	}
	sameBlocks(t, out.String(), string(golden))
	for _, code := range codesInSource(t) {
		if !codes[code] && !slices.Contains(coveredElsewhere(), code) {
			t.Errorf("no failure here has the code %s", code)
		}
	}
}

// coveredElsewhere returns the codes that other tests cover.
func coveredElsewhere() []string { return []string{"port_taken", "not_installed"} }

// sameBlocks compares failure by failure, to report only those that differ.
func sameBlocks(t *testing.T, got, want string) {
	t.Helper()
	if got == want {
		return
	}
	gotten, wanted := strings.Split(got, "\n\n"), strings.Split(want, "\n\n")
	for i := range max(len(gotten), len(wanted)) {
		if i >= len(gotten) || i >= len(wanted) || gotten[i] != wanted[i] {
			block := func(all []string) string { return strings.Join(all[min(i, len(all)):min(i+1, len(all))], "") }
			t.Errorf("%s: got\n%s\nwant\n%s\nread it and, if it is correct, run go test ./internal/cli -run TestErrorTexts -update", errorsFile, block(gotten), block(wanted))
			return
		}
	}
}

// failure is a command that fails, and the cause.
type failure struct {
	name    string
	args    string
	options localaws.Options
	config  string            // of ~/.aws
	env     map[string]string // in addition to the defaults
	files   map[string]string // in the working directory
	typed   string            // on a terminal; "" means no terminal
	// textOnly is the code of a failure that has no JSON, or is one of several.
	textOnly string
	before   func(*testing.T, *stage)
}

// stage is the account of a failure. cancel interrupts the command.
type stage struct {
	*localaws.Server
	cancel context.CancelFunc
}

// outcome is the output of a command.
type outcome struct{ out, err string }

// run runs the command on a new stage.
func (f failure) run(t *testing.T, output string) outcome {
	t.Helper()
	options := f.options
	options.Region, options.Delays = "eu-west-1", &localaws.Delays{}
	if f.options.Delays != nil {
		options.Delays = f.options.Delays
	}
	server := localaws.New(options)
	defer server.Close()
	url, err := server.URL()
	if err != nil {
		t.Fatal(err)
	}
	testaws.SetHome(t, f.config, map[string]string{"AWS_ENDPOINT_URL": url, "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1"})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if f.before != nil {
		f.before(t, &stage{server, cancel})
	}
	for name, value := range f.env {
		t.Setenv(name, value)
	}
	t.Chdir(t.TempDir())
	for name, content := range f.files {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := words(f.args)
	if output != "text" {
		args = append(args, "-o", output)
	}
	code, shown := spothandler(ctx, f.typed, args...)
	if code == command.ExitOK || code == command.ExitDiffers {
		t.Fatalf("the command did not fail: %s%s", shown.out, shown.err)
	}
	shown.err = strings.ReplaceAll(shown.err, url, "http://127.0.0.1:4566")
	shown.err = strings.ReplaceAll(shown.err, strings.TrimPrefix(url, "http://"), "127.0.0.1:4566")
	return shown
}

// words splits a command line at spaces, except within single quotes.
func words(line string) []string {
	all := regexp.MustCompile(`'[^']*'|\S+`).FindAllString(line, -1)
	for i, word := range all {
		all[i] = strings.Trim(word, "'")
	}
	return all
}

// spothandler runs the program in this process.
func spothandler(ctx context.Context, typed string, args ...string) (int, outcome) {
	var out, err bytes.Buffer
	streams := command.NewStreams(strings.NewReader(typed), &out, &err)
	streams.StdinTTY = typed != ""
	code := Run(ctx, args, streams)
	return code, outcome{out.String(), err.String()}
}

// must runs a command, and fails the test if the command fails.
func must(t *testing.T, line string) {
	t.Helper()
	if code, shown := spothandler(t.Context(), "", words(line)...); code != command.ExitOK {
		t.Fatalf("%s: %s", line, shown.err)
	}
}

// errorBody returns the error in the JSON output. In the result of status, it is the error of a Region.
func (o outcome) errorBody(t *testing.T) command.ErrorBody {
	t.Helper()
	var output struct {
		Error  command.ErrorBody     `json:"error"`
		Errors []command.RegionError `json:"errors"`
	}
	if err := json.Unmarshal([]byte(o.out), &output); err != nil {
		t.Fatalf("%v: %s", err, o.out)
	}
	if len(output.Errors) > 0 {
		return output.Errors[0].Error
	}
	return output.Error
}

// failure returns the printed error without the output before it, normalized.
func (o outcome) failure() string {
	text := o.err
	if at := regexp.MustCompile(`(?m)^✗|^! interrupted|✗ not confirmed`).FindStringIndex(text); at != nil {
		text = text[at[0]:]
	}
	return regexp.MustCompile(`request\s+id\s+[0-9A-Za-z-]+`).ReplaceAllString(text, "request id 1234")
}

// codesInSource returns all error codes in the source: constants and literals.
func codesInSource(t *testing.T) []string {
	t.Helper()
	found := map[string]bool{}
	take := func(e ast.Expr) {
		if literal, ok := e.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			code, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			found[code] = true
		}
	}
	named := regexp.MustCompile(`^[Cc]ode[A-Z]`)
	for _, file := range sources(t, ".", "../../internal/deploy", "../../internal/deploy/resource", "../../internal/apperr", "../../internal/session") {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				for i, name := range n.Names {
					if named.MatchString(name.Name) && i < len(n.Values) {
						take(n.Values[i])
					}
				}
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Code" {
					take(n.Value)
				}
			}
			return true
		})
	}
	return slices.Sorted(maps.Keys(found))
}

// sources parses the Go files in some folders, except tests.
func sources(t *testing.T, folders ...string) []*ast.File {
	t.Helper()
	var files []*ast.File
	for _, folder := range folders {
		names, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil || len(names) == 0 {
			t.Fatalf("nothing in %s: %v", folder, err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, file)
		}
	}
	return files
}
