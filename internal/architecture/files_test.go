// Package architecture tests how the code is divided into files. depguard, in .golangci.yml, checks the imports
// between packages.
package architecture

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Files that refer to each other in a cycle can only be read together: no cycle grows.
func TestCyclesOfFiles(t *testing.T) {
	most := map[string]int{
		"../cli": 0, "../cli/command": 0, "../cli/config": 0, "../cli/doctor": 2, "../cli/install": 3, "../cli/policy": 0,
		"../cli/records": 2, "../cli/simulate": 0, "../cli/status": 0,
		"../deploy": 0, "../deploy/callerpolicy": 0, "../deploy/resource": 0, "../deploy/settings": 0,
		"../doctor": 0, "../handler": 2, "../history": 2, "../services": 4, "../session": 0,
		"../localaws": 3, "../localaws/api": 3, "../localaws/ecs": 0, "../localaws/events": 0, "../localaws/iam": 0,
		"../localaws/lambda": 2, "../localaws/logs": 0, "../localaws/related": 0,
	}
	for folder, most := range most {
		if largest := load(t, folder).largestCycle(); len(largest) > most {
			t.Errorf("%s: %d files refer to each other in a cycle: %v", folder, len(largest), largest)
		}
	}
}

// source is the code of a package without its tests.
type source struct {
	fset *token.FileSet
	info *types.Info
	uses map[string]map[string]bool // by file: the files whose declarations it uses
}

func load(t *testing.T, folder string) *source {
	t.Helper()
	p := &source{token.NewFileSet(), &types.Info{Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}, map[string]map[string]bool{}}
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(p.fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
		p.uses[filepath.Base(path)] = map[string]bool{}
	}
	// Imported names are not resolved, which keeps this fast: only the package's own declarations count.
	config := types.Config{Importer: nothing{}, Error: func(error) {}}
	pkg, _ := config.Check(folder, p.fset, files, p.info) // the errors concern imported names
	for id, object := range p.info.Uses {
		local, isVar := object.(*types.Var)
		if object.Pkg() != pkg || isVar && !local.IsField() && object.Parent() != pkg.Scope() {
			continue
		}
		if from, to := p.fileOf(id.Pos()), p.fileOf(object.Pos()); from != to {
			p.uses[from][to] = true
		}
	}
	return p
}

// nothing imports every package as an empty one.
type nothing struct{}

func (nothing) Import(path string) (*types.Package, error) {
	pkg := types.NewPackage(path, filepath.Base(path))
	pkg.MarkComplete()
	return pkg, nil
}

func (p *source) fileOf(pos token.Pos) string { return filepath.Base(p.fset.Position(pos).Filename) }

// reachedFrom returns the files that a file depends on, directly or indirectly.
func (p *source) reachedFrom(file string) []string {
	reached := map[string]bool{}
	todo := []string{file}
	for len(todo) > 0 {
		next := todo[0]
		todo = todo[1:]
		for to := range p.uses[next] {
			if !reached[to] {
				reached[to] = true
				todo = append(todo, to)
			}
		}
	}
	return slices.Sorted(maps.Keys(reached))
}

// largestCycle returns the files of the largest set in which each file depends on every other.
func (p *source) largestCycle() (largest []string) {
	reached := map[string][]string{}
	for file := range p.uses {
		reached[file] = p.reachedFrom(file)
	}
	for file := range p.uses {
		var cycle []string
		for _, other := range reached[file] {
			if slices.Contains(reached[other], file) {
				cycle = append(cycle, other)
			}
		}
		if len(cycle) > len(largest) {
			largest = cycle
		}
	}
	return largest
}
