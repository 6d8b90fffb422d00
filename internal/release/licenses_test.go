package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// THIRD_PARTY_LICENSES.txt has the licenses and notices of what is linked in today.
func TestThirdPartyLicenses(t *testing.T) {
	want, err := thirdParty(t.Context(), "../..")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../THIRD_PARTY_LICENSES.txt")
	if err != nil || tidy(string(got)) != want {
		t.Errorf("THIRD_PARTY_LICENSES.txt is not what is linked in (%v): run make licenses", err)
	}
	// What is linked in on only one of the systems, only in the function, what has a notice, and Go itself.
	for _, name := range []string{"github.com/inconshreveable/mousetrap", "github.com/aws/aws-lambda-go", "Copyright 2014-2015 Stripe, Inc.", "Go standard library"} {
		if !strings.Contains(want, name) {
			t.Errorf("%s is missing", name)
		}
	}
}

const (
	mit    = "Permission is hereby granted, free of charge, to any person obtaining a copy\n"
	apache = "Apache License\r\n  Version 2.0, January 2004\r\n"
)

// module creates a module with these files and a package in the directory pkg.
func module(t *testing.T, files map[string]string) goPackage {
	t.Helper()
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "pkg"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p := goPackage{ImportPath: "example.com/m/pkg", Dir: filepath.Join(root, "pkg")}
	p.Module = &struct {
		Path, Dir string
		Main      bool
	}{"example.com/m", root, false}
	return p
}

// A module with a license that is not accepted makes the generator fail.
func TestLicensesRefused(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"no license":                    {"README.md": mit},
		"a notice without a license":    {"NOTICE": "Copyright 2020 Somebody"},
		"a GPL":                         {"LICENSE": "GNU GENERAL PUBLIC\nLICENSE Version 3"},
		"an MPL":                        {"LICENSE": "Mozilla Public License Version 2.0"},
		"an MIT license with a clause":  {"LICENSE": mit + `"Commons Clause" License Condition v1.0`},
		"a license that nobody knows":   {"LICENSE": "Do what I say."},
		"the words in a file of source": {"license.go": mit},
	} {
		err := (&notices{map[string][]string{}, map[string]*notice{}}).add(module(t, files))
		if err == nil || !strings.Contains(err.Error(), "example.com/m has no accepted license") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The licenses of a directory apply to it in addition to those of its module, and identical texts are kept once.
func TestLicensesOfFolders(t *testing.T) {
	all := &notices{map[string][]string{}, map[string]*notice{}}
	if err := all.add(module(t, map[string]string{"LICENSE.txt": apache, "pkg/LICENSE": mit, "COPYING": apache, "NOTICE": "Thanks.\n"})); err != nil {
		t.Fatal(err)
	}
	if got := all.licenses["example.com/m"]; !slices.Contains(got, "MIT") || !slices.Contains(got, "Apache-2.0") {
		t.Errorf("the licenses are %q", got)
	}
	text := all.String()
	for _, want := range []string{"example.com/m in pkg\n\n" + mit, "\nThanks.\n", "Apache-2.0, MIT\n"} {
		if strings.Count(text, want) != 1 {
			t.Errorf("not once %q in:\n%s", want, text)
		}
	}
	if strings.Count(text, "January 2004") != 1 || strings.Contains(text, "\r") {
		t.Errorf("the same text twice, or line ends of Windows:\n%s", text)
	}
}
