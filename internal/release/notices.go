package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// license is a license that is compatible with ours, and a pattern that identifies its text.
type license struct {
	id   string // SPDX
	text *regexp.Regexp
}

func accepted() []license {
	return []license{
		{"Apache-2.0", regexp.MustCompile(`Apache License,? Version 2\.0`)},
		{"BSD", regexp.MustCompile(`Redistribution and use in source and binary forms, with or without modification, are permitted`)},
		{"ISC", regexp.MustCompile(`Permission to use, copy, modify, and(/or)? distribute this software`)},
		{"MIT", regexp.MustCompile(`Permission is hereby granted, free of charge, to any person obtaining a copy`)},
		{"MIT-0", regexp.MustCompile(`MIT No Attribution`)},
	}
}

// refused matches licenses with obligations beyond distributing their text, whatever other licenses apply.
func refused() *regexp.Regexp {
	return regexp.MustCompile(`(?i)GNU (LESSER |AFFERO )?GENERAL PUBLIC LICENSE|Mozilla Public License|Business Source License|Server Side Public License|Commons Clause`)
}

// identify returns the accepted licenses in a text.
func identify(text string) []string {
	text = strings.Join(strings.Fields(text), " ")
	if refused().MatchString(text) {
		return nil
	}
	var ids []string
	for _, each := range accepted() {
		if each.text.MatchString(text) {
			ids = append(ids, each.id)
		}
	}
	return ids
}

// notice is a text and the modules that it belongs to.
type notice struct {
	text  string
	names []string
}

// notices holds the texts of everything that is linked in.
type notices struct {
	licenses map[string][]string // the license identifiers of each source
	texts    map[string]*notice  // by text
}

// add adds the legal files that apply to a package.
func (n *notices) add(p goPackage) error {
	name, root := p.source()
	if name == "" {
		return nil
	}
	paths, err := legalFiles(p.Dir, root)
	if err != nil {
		return fmt.Errorf("looking for the license of %s: %w", name, err)
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		text := tidy(string(content))
		n.licenses[name] = append(n.licenses[name], identify(text)...)
		if n.texts[text] == nil {
			n.texts[text] = &notice{text: text}
		}
		where := name
		if inside, err := filepath.Rel(root, filepath.Dir(path)); err == nil && inside != "." {
			where += " in " + filepath.ToSlash(inside)
		}
		n.texts[text].names = append(n.texts[text].names, where)
	}
	if len(n.licenses[name]) == 0 {
		return fmt.Errorf("%s has no accepted license (Apache, BSD, ISC, MIT): check %s, and replace the module or add its license to notices.go", name, root)
	}
	return nil
}

// tidy normalizes the line endings and the end of a text.
func tidy(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " \t\f")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n") + "\n"
}

// thirdParty returns the text of THIRD_PARTY_LICENSES.txt for the module in a directory: the licenses and notices of
// everything that is linked into any program of a release. It names no versions, which the SBOM does, so an update
// changes it only if a license changes.
func thirdParty(ctx context.Context, dir string) (string, error) {
	packages, err := linked(ctx, dir, builds())
	if err != nil {
		return "", err
	}
	all := &notices{map[string][]string{}, map[string]*notice{}}
	for _, p := range packages {
		if err := all.add(p); err != nil {
			return "", err
		}
	}
	return all.String(), nil
}

func (n *notices) String() string {
	var out strings.Builder
	out.WriteString("Third-party licenses\n\nspothandler, and the function inside it, contain code of the following modules. Their licenses\nand notices follow, each text once. `make licenses` writes this file.\n\n")
	for _, name := range slices.Sorted(maps.Keys(n.licenses)) {
		ids := n.licenses[name]
		slices.Sort(ids)
		fmt.Fprintf(&out, "  %-70s %s\n", name, strings.Join(slices.Compact(ids), ", "))
	}
	all := slices.Collect(maps.Values(n.texts))
	for _, each := range all {
		slices.Sort(each.names)
		each.names = slices.Compact(each.names)
	}
	slices.SortFunc(all, func(a, b *notice) int {
		return cmp.Or(cmp.Compare(a.names[0], b.names[0]), cmp.Compare(a.text, b.text))
	})
	for _, each := range all {
		fmt.Fprintf(&out, "\n%s\n%s\n\n%s", strings.Repeat("=", 80), strings.Join(each.names, "\n"), each.text)
	}
	return out.String()
}
