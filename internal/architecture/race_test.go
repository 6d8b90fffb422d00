package architecture

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The tests that the Makefile's WITHOUT_RACE names are in the packages that it runs without the race detector: anywhere
// else they would be skipped. None of the names is stale.
func TestNothingIsSkippedByName(t *testing.T) {
	text, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	makefile := string(text)
	folders := strings.Fields(find(t, makefile, `(?m)-run '\$\(WITHOUT_RACE\)' (.*) >`))
	named := map[string]bool{}
	for _, pattern := range []string{"BUILT", "REPEATED"} {
		for _, name := range alternatives(find(t, makefile, `(?m)^`+pattern+` := (.*)$`)) {
			named[name] = false
		}
	}
	err = filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path) //nolint:gosec // a file of the repository
		if err != nil {
			return err
		}
		for _, test := range regexp.MustCompile(`(?m)^func Test(\w+)\(`).FindAllStringSubmatch(string(text), -1) {
			for name := range named {
				if !regexp.MustCompile("^(" + name + ")$").MatchString(test[1]) {
					continue
				}
				named[name] = true
				if folder := "./" + filepath.ToSlash(strings.TrimPrefix(filepath.Dir(path), "../../")); !covers(folders, folder) {
					t.Errorf("%s: Test%s is skipped under the race detector and does not run without it", path, test[1])
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, found := range named {
		if !found {
			t.Errorf("no test is named %s", name)
		}
	}
}

func find(t *testing.T, text, pattern string) string {
	t.Helper()
	match := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if match == nil {
		t.Fatalf("the Makefile has no %s", pattern)
	}
	return match[1]
}

// alternatives splits a pattern at each | outside parentheses.
func alternatives(pattern string) []string {
	var all []string
	depth, begin := 0, 0
	for i, r := range pattern {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		case '|':
			if depth == 0 {
				all, begin = append(all, pattern[begin:i]), i+1
			}
		}
	}
	return append(all, pattern[begin:])
}

// covers reports whether one of the arguments of go test covers a folder.
func covers(arguments []string, folder string) bool {
	for _, argument := range arguments {
		if parent, below := strings.CutSuffix(argument, "/..."); folder == argument || below && (folder == parent || strings.HasPrefix(folder, parent+"/")) {
			return true
		}
	}
	return false
}
