package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

type workflow struct {
	Permissions any
	Jobs        map[string]struct {
		Needs       any
		Permissions map[string]string
		Steps       []struct{ Uses, Run string }
	}
}

func workflows(t *testing.T) map[string]workflow {
	t.Helper()
	paths, err := filepath.Glob("../../.github/workflows/*.yml")
	if err != nil || len(paths) < 3 {
		t.Fatal(paths, err)
	}
	all := map[string]workflow{}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var w workflow
		if err := yaml.Unmarshal(content, &w); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		all[filepath.Base(path)] = w
	}
	return all
}

// A job that can write or sign takes what a job without permissions has built. Actions are named by commit, since
// tags can be moved.
func TestWorkflowRights(t *testing.T) {
	builds := regexp.MustCompile(`(^|[\s;&|(])(go|make|goreleaser|\.ci/\S+|\./\S+)(\s|$)`)
	for name, w := range workflows(t) {
		if w.Permissions == nil {
			t.Errorf("%s has the rights of the repository's settings", name)
		}
		for job, j := range w.Jobs {
			rights := ""
			for right, level := range j.Permissions {
				if level == "write" {
					rights += " " + right
				}
			}
			for _, step := range j.Steps {
				if step.Uses != "" && step.Uses != "./" && !regexp.MustCompile(`^[\w-]+/[\w/-]+@[0-9a-f]{40}$`).MatchString(step.Uses) {
					t.Errorf("%s, %s: %s is not named by a commit", name, job, step.Uses)
				}
				if rights != "" && (builds.MatchString(step.Run) || strings.Contains(step.Uses, "setup-go") || step.Uses == "./") {
					t.Errorf("%s, %s may write%s and runs %s%s", name, job, rights, step.Run, step.Uses)
				}
			}
		}
	}
	release := workflows(t)["release.yml"]
	for job, before := range map[string]string{"build": "test", "publish": "build", "verify": "publish", "promote": "verify", "image": "verify"} {
		if release.Jobs[job].Needs != before {
			t.Errorf("%s does not wait for %s", job, before)
		}
	}
}

// One Go release builds the function and the binary, and runs the tests.
func TestOneGoRelease(t *testing.T) {
	found := map[string]string{}
	for pattern, where := range map[string]string{
		`toolchain = "go([\d.]+)"`: "../../embed/internal/pack/*.go",
		`GOTOOLCHAIN=go([\d.]+)`:   "../../.goreleaser.yaml",
		`go-version: "([\d.]+)"`:   "../../.github/workflows/*.yml",
	} {
		paths, err := filepath.Glob(where)
		if err != nil {
			t.Fatal(err)
		}
		before := len(found)
		for _, path := range paths {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, match := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(content), -1) {
				if found[path] != "" && found[path] != match[1] {
					t.Errorf("%s names Go %s and Go %s", path, found[path], match[1])
				}
				found[path] = match[1]
			}
		}
		if len(found) == before {
			t.Errorf("%s names no Go release", where)
		}
	}
	for path, version := range found {
		if version != found["../../.goreleaser.yaml"] {
			t.Errorf("%s names Go %s, and .goreleaser.yaml Go %s", path, version, found["../../.goreleaser.yaml"])
		}
	}
}
