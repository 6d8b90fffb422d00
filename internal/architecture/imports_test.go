package architecture

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A package of a command is in the rule of .golangci.yml by which no command imports another, on both sides: it must not
// import the others, and none of them may import it.
func TestEveryCommandIsInTheImportRule(t *testing.T) {
	config, err := os.ReadFile("../../.golangci.yml")
	if err != nil {
		t.Fatal(err)
	}
	_, rule, _ := strings.Cut(string(config), "\n        commands:")
	rule, _, found := strings.Cut(rule, "\n        below-commands:")
	if !found {
		t.Fatal(".golangci.yml has no rule commands before the rule below-commands")
	}
	root, err := os.ReadFile(filepath.FromSlash("../cli/root.go"))
	if err != nil {
		t.Fatal(err)
	}
	imports := regexp.MustCompile(`"(github\.com/spothandler/spothandler/internal/cli/(\w+))"`).FindAllStringSubmatch(string(root), -1)
	if len(imports) < 3 {
		t.Fatalf("root.go imports %v", imports)
	}
	for _, each := range imports {
		path, name := each[1], each[2]
		if file := `"**/internal/cli/` + name + `/*.go"`; !strings.Contains(rule, file) {
			t.Errorf("the files of the rule commands lack %s", file)
		}
		if name != "command" && name != "input" && !strings.Contains(rule, "pkg: "+path+"\n") {
			t.Errorf("the rule commands does not deny %s", path)
		}
	}
}
