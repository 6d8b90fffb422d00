package deploy

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every test named in docs/aws-behavior.md exists, as a function of the package named after it or as a script of
// the command's tests. A row without a test says why it does not apply.
func TestBehaviorTable(t *testing.T) {
	const root = "../.."
	content, err := os.ReadFile(filepath.Join(root, "docs/aws-behavior.md"))
	if err != nil {
		t.Fatal(err)
	}
	reference := regexp.MustCompile("`(Test\\w+)(/[\\w/-]+)?` \\(([\\w/]+)\\)")
	rows := 0
	for line := range strings.Lines(string(content)) {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| AWS |") {
			continue
		}
		rows++
		named := reference.FindAllStringSubmatch(line, -1)
		if len(named) == 0 && !strings.Contains(line, "| does not apply: ") {
			t.Errorf("neither a test nor a reason: %s", line)
		}
		for _, found := range named {
			if !testExists(t, filepath.Join(root, found[3]), found[1], found[2]) {
				t.Errorf("there is no %s%s in %s", found[1], found[2], found[3])
			}
		}
	}
	if rows < 100 {
		t.Errorf("%d rows were read", rows)
	}
}

// testExists reports whether a test function exists and, below it, a script: TestScripts/input/sso is
// testdata/input/sso.txtar.
func testExists(t *testing.T, folder, name, script string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil || len(files) == 0 {
		return false
	}
	if script != "" {
		script = strings.Replace(script, "/localaws/", "/script/", 1)
		if _, err := os.Stat(filepath.Join(folder, "testdata", script+".txtar")); err != nil {
			return false
		}
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(content), "\nfunc "+name+"(t *testing.T)") {
			return true
		}
	}
	return false
}
