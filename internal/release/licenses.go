package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// build is a program of a release for one system.
type build struct{ program, goos, goarch string }

// builds returns all programs of a release: the CLI for every system, and the function inside it.
func builds() []build {
	all := []build{{"./cmd/handler", "linux", "amd64"}, {"./cmd/handler", "linux", "arm64"}}
	for _, goos := range []string{"linux", "darwin", "windows"} {
		for _, goarch := range []string{"amd64", "arm64"} {
			all = append(all, build{"./cmd/spothandler", goos, goarch})
		}
	}
	return all
}

// goPackage is the output of go list for a package.
type goPackage struct {
	ImportPath string
	Dir        string
	Standard   bool
	Root       string // GOROOT for a package of the standard library
	Module     *struct {
		Path string
		Dir  string
		Main bool
	}
}

// source returns the name and root directory of the module that contains the package, or "" for our own packages.
func (p goPackage) source() (name, root string) {
	switch {
	case p.Standard:
		return "Go standard library and runtime", p.Root
	case p.Module == nil || p.Module.Main:
		return "", ""
	}
	return p.Module.Path, p.Module.Dir
}

// linked returns the packages that are linked into one of the builds.
func linked(ctx context.Context, dir string, all []build) ([]goPackage, error) {
	found := map[string]goPackage{}
	for _, each := range all {
		cmd := exec.CommandContext(ctx, "go", "list", "-deps", "-json=ImportPath,Dir,Standard,Root,Module", each.program)
		cmd.Dir, cmd.Stderr = dir, os.Stderr
		cmd.Env = append(os.Environ(), "GOOS="+each.goos, "GOARCH="+each.goarch, "CGO_ENABLED=0")
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("listing the packages of %s for %s/%s: %w", each.program, each.goos, each.goarch, err)
		}
		for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
			var p goPackage
			if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return nil, fmt.Errorf("reading the output of go list: %w", err)
			}
			found[p.ImportPath] = p
		}
	}
	return slices.SortedFunc(maps.Values(found), func(a, b goPackage) int { return cmp.Compare(a.ImportPath, b.ImportPath) }), nil
}

// legal matches the names of files that must be distributed with the code.
var legal = regexp.MustCompile(`(?i)^(un)?(licen[cs]e|copying|copyright|notice|patents)([-._].*)?$`)

// legalFiles returns the paths of the licenses and notices in a directory of a module and in its parents, up to the
// module's root.
func legalFiles(dir, root string) ([]string, error) {
	var paths []string
	for {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return nil, err
		}
		for _, entry := range entries {
			if entry.Type().IsRegular() && legal.MatchString(entry.Name()) && !strings.HasSuffix(entry.Name(), ".go") {
				paths = append(paths, filepath.Join(dir, entry.Name()))
			}
		}
		if dir == root || len(dir) <= len(root) {
			return paths, nil
		}
		dir = filepath.Dir(dir)
	}
}
