package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The files, directories and tests that the documents name in code exist.
func TestNamesOfTheSource(t *testing.T) {
	source := readSource(t)
	named := 0
	for _, p := range pages(t) {
		if p.path == "CHANGELOG.md" { // which describes the past
			continue
		}
		for _, span := range p.spans {
			known, missing := source.has(span)
			if missing {
				t.Errorf("%s names `%s`, which is not there", p.path, span)
			}
			if known {
				named++
			}
		}
	}
	if named < 200 {
		t.Errorf("%d names were found", named)
	}
}

// The check finds missing names, and no other word is taken for a name.
func TestWrongNames(t *testing.T) {
	source := readSource(t)
	for span, want := range map[string][2]bool{
		"internal/docs": {true, false}, "names_test.go": {true, false}, "TestWrongNames": {true, false},
		"internal/nothing": {false, true}, "nothing.go": {false, true}, "TestNothingAtAll": {false, true},
		"internal/docs/names_test.go": {true, false}, "status": {false, false}, "docs/schema/": {true, false},
	} {
		if known, missing := source.has(span); known != want[0] || missing != want[1] {
			t.Errorf("%s: %v, %v", span, known, missing)
		}
	}
}

// source holds the names in the repository.
type source struct {
	goFiles []string // their names alone
	tests   map[string]bool
}

func readSource(t *testing.T) *source {
	t.Helper()
	s := &source{tests: map[string]bool{}}
	function := regexp.MustCompile(`(?m)^func ((?:Test|Benchmark|Fuzz)\w+)\(`)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && slices.Contains([]string{".git", "bin", "dist"}, entry.Name()) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		s.goFiles = append(s.goFiles, entry.Name())
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		content, err := os.ReadFile(path)
		for _, match := range function.FindAllSubmatch(content, -1) {
			s.tests[string(match[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// has reports whether a span names something in the source, and whether that is missing.
func (s *source) has(span string) (known, missing bool) {
	name, _, _ := strings.Cut(span, "/") // of a test, whose cases follow
	switch {
	case regexp.MustCompile(`^(internal|cmd|embed|docs|tools|\.ci|\.github)/[\w./-]*$`).MatchString(span) && !strings.HasSuffix(span, "...") && !strings.Contains(span, "NAME"):
		_, err := os.Stat(filepath.Join(root, span))
		known = err == nil
	case regexp.MustCompile(`^\w+\.go$`).MatchString(span):
		known = slices.Contains(s.goFiles, span)
	case regexp.MustCompile(`^(Test|Benchmark|Fuzz)[A-Z]\w*$`).MatchString(name):
		known = s.tests[name]
	default:
		return false, false
	}
	return known, !known
}
