package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"
	"mvdan.cc/sh/v3/syntax"

	"github.com/spothandler/spothandler/internal/cli"
)

// languages are the accepted languages of code blocks. "sh" is what a user types or runs, "console" has commands
// after "$ " with their output, "text" is anything else.
func languages() []string {
	return []string{"sh", "console", "text", "yaml", "json", "hcl", "mermaid", "insights", "http"}
}

// Every command line in the documents is valid: the commands and flags of spothandler, the targets of make, and the
// packages and tests of go exist. Nothing is run.
func TestCommandLines(t *testing.T) {
	checked := 0
	for _, p := range pages(t) {
		if p.path == "CHANGELOG.md" { // which describes the past
			continue
		}
		for _, f := range p.fences {
			n, err := checkFence(f)
			checked += n
			if err != nil {
				t.Errorf("%s: %v\n%s", p.path, err, f.code)
			}
		}
		for _, span := range p.spans {
			n, err := checkSpan(span)
			checked += n
			if err != nil {
				t.Errorf("%s: `%s`: %v", p.path, span, err)
			}
		}
	}
	if checked < 150 {
		t.Errorf("%d command lines were found", checked)
	}
}

// checkFence returns the number of commands in a code block, and what is wrong with it.
func checkFence(f fence) (int, error) {
	switch {
	case f.language == "sh":
		return checkScript(f.code)
	case f.language == "console":
		var typed strings.Builder
		for line := range strings.Lines(f.code) {
			if command, found := strings.CutPrefix(line, "$ "); found {
				typed.WriteString(command)
			}
		}
		return checkScript(typed.String())
	case f.language == "json":
		return 0, json.Unmarshal([]byte(f.code), new(any))
	case f.language == "yaml":
		return 0, yaml.Unmarshal([]byte(f.code), new(any))
	case !slices.Contains(languages(), f.language):
		return 0, fmt.Errorf("a block of code must be fenced and say what it is, one of %q; it says %q", languages(), f.language)
	case f.language == "text" && (strings.HasPrefix(f.code, "$ ") || strings.HasPrefix(f.code, "spothandler ") && !strings.Contains(f.code, "\nUsage:\n")):
		return 0, errors.New("commands stand in a block of sh or console")
	}
	return 0, nil
}

// checkSpan does the same for inline code: a command line, or a single flag.
func checkSpan(span string) (int, error) {
	first, _, _ := strings.Cut(span, " ")
	if first == "spothandler" {
		if cmd, _, err := tree().Find(strings.Fields(span)[1:]); err == nil && cmd.CommandPath() == span {
			return 1, nil // only the command's name
		}
	}
	switch {
	case first == "spothandler" || first == "make" && strings.Contains(span, " "):
		return checkScript(span)
	case strings.HasPrefix(span, "go ") || strings.HasPrefix(span, "aws "):
		return checkScript(span)
	case strings.Contains(span, " --") && isCommand(first):
		return checkScript("spothandler " + span)
	case regexp.MustCompile(`^--[a-z-]+$`).MatchString(first) && !isFlag(first[2:]):
		return 0, errors.New("no command has this flag")
	}
	return 0, nil
}

// checkScript parses a shell script and checks each of its commands.
func checkScript(script string) (int, error) {
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(script), "")
	if err != nil {
		return 0, err
	}
	count, failed := 0, []error{}
	syntax.Walk(file, func(node syntax.Node) bool {
		if call, ok := node.(*syntax.CallExpr); ok && len(call.Args) > 0 {
			count++
			if err := checkCall(words(call)); err != nil {
				failed = append(failed, err)
			}
		}
		return true
	})
	return count, errors.Join(failed...)
}

// words returns the arguments of a command; expansions of the shell remain as they are.
func words(call *syntax.CallExpr) []string {
	var all []string
	for _, arg := range call.Args {
		var word strings.Builder
		for _, part := range arg.Parts {
			switch part := part.(type) {
			case *syntax.Lit:
				word.WriteString(part.Value)
			case *syntax.SglQuoted:
				word.WriteString(part.Value)
			default:
				word.WriteString("X")
			}
		}
		all = append(all, word.String())
	}
	return all
}

func checkCall(args []string) error {
	switch args[0] {
	case "spothandler", "bin/spothandler", "./spothandler":
		return checkCommand(args[1:])
	case "make":
		return checkTargets(args[1:])
	case "go":
		return checkGo(args[1:])
	case "aws":
		return checkAWS(args[1:])
	}
	return nil
}

// checkAWS looks for the call of an AWS CLI command among those that docs/local.md lists, and a few that the local
// AWS does not have.
func checkAWS(args []string) error {
	for len(args) > 1 && strings.HasPrefix(args[0], "--") { // options and their values
		args = args[2:]
	}
	if len(args) < 2 {
		return nil // the name of the program or of a service
	}
	others := []string{"configure export-credentials", "configure list-profiles", "sso login", "ecr put-image-tag-mutability", "ecs put-account-setting"}
	if slices.Contains(others, args[0]+" "+args[1]) {
		return nil
	}
	text, err := readPage(filepath.Join(root, "docs", "local.md"))
	if err != nil {
		return err
	}
	service := cmp.Or(map[string]string{"elbv2": "elasticloadbalancing", "service-quotas": "servicequotas"}[args[0]], args[0])
	row := regexp.MustCompile("(?m)^\\| [^|]*\\(`" + regexp.QuoteMeta(service) + "`\\) \\| (.*) \\|$").FindStringSubmatch(text)
	if row == nil {
		return fmt.Errorf("docs/local.md lists no calls of %s", service)
	}
	call := strings.ReplaceAll(args[1], "-", "")
	if !slices.ContainsFunc(strings.Split(row[1], ", "), func(known string) bool { return strings.EqualFold(known, call) }) {
		return fmt.Errorf("docs/local.md lists no call %s of %s", args[1], service)
	}
	return nil
}

// checkCommand parses the arguments as the program does, without running the command.
func checkCommand(args []string) error {
	cmd, rest, err := cli.Commands().Find(args)
	if err != nil {
		return err
	}
	cmd.InitDefaultHelpFlag()
	if err := cmd.ParseFlags(rest); err != nil && !errors.Is(err, pflag.ErrHelp) {
		return err
	}
	if cmd.HasSubCommands() && len(cmd.Flags().Args()) > 0 && cmd.Name() != "policy" {
		return fmt.Errorf("%s has no command %q", cmd.CommandPath(), cmd.Flags().Arg(0))
	}
	return cmd.ValidateArgs(cmd.Flags().Args())
}

// checkTargets looks for targets of make.
func checkTargets(args []string) error {
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		return err
	}
	for _, target := range args {
		if !regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(target) + `:`).Match(makefile) {
			return fmt.Errorf("the Makefile has no target %q", target)
		}
	}
	return nil
}

// checkGo looks for the packages of go run, go test and go generate, and for the tests that -run names.
func checkGo(args []string) error {
	var folder, name string
	for i, arg := range args {
		switch {
		case strings.HasPrefix(arg, "./") && !strings.HasSuffix(arg, "..."):
			folder = arg
		case i > 0 && args[i-1] == "-run":
			name = strings.Trim(arg, "^$") // which may be a part of a name
		}
	}
	if folder == "" {
		return nil
	}
	files, err := filepath.Glob(filepath.Join(root, folder, "*.go"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("there is no package %s", folder)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if name == "" || regexp.MustCompile(`\nfunc (Test|Benchmark|Fuzz)?\w*`+regexp.QuoteMeta(name)).Match(content) {
			return nil
		}
	}
	return fmt.Errorf("%s has no %s", folder, name)
}

// The examples of every command's help can be run.
func TestExamplesOfTheHelp(t *testing.T) {
	for _, cmd := range everyCommand(cli.Commands()) {
		if _, err := checkScript(cmd.Example); err != nil {
			t.Errorf("%s: %v", cmd.CommandPath(), err)
		}
	}
}

// tree is the tree of commands for code that parses no flags, which would leave their values in it. Building it takes
// a while.
var tree = sync.OnceValue(cli.Commands)

func isCommand(name string) bool {
	cmd, _, err := tree().Find([]string{name})
	return err == nil && cmd.HasParent()
}

// isFlag reports whether some command has the flag, or another program that the text mentions: gh's --bundle.
func isFlag(name string) bool {
	found := slices.Contains([]string{"help", "version", "bundle"}, name)
	for _, cmd := range everyCommand(tree()) {
		found = found || cmd.Flags().Lookup(name) != nil || cmd.InheritedFlags().Lookup(name) != nil
	}
	return found
}

// The checks find an unknown command, flag, value, argument, target and test.
func TestWrongCommandLines(t *testing.T) {
	for line, wrong := range map[string]bool{
		"spothandler install --prefix prod --memory-size 256 # more": false,
		"spothandler policy status --prefix prod > policy.json":      false,
		"SPOTHANDLER_PREFIX=prod spothandler status | jq .verdict":   false,
		"spothandler instal":                                      true,
		"spothandler install --memory 256":                        true,
		"spothandler install prod":                                true,
		"spothandler local start":                                 true,
		"echo ok && spothandler status --everywhere":              true,
		"arn=$(spothandler status --format json)":                 true,
		"aws ecs describe-service --cluster shop":                 true,
		"aws elbv2 modify-target-group-attributes --attributes X": false,
		"make tests": true,
		"go test ./internal/docs -run TestNothing":      true,
		"go run ./internal/nothing":                     true,
		"go test ./internal/docs -run TestCommandLines": false,
		"spothandler status --prefix 'prod":             true,
	} {
		if _, err := checkScript(line); (err != nil) != wrong {
			t.Errorf("%s: %v", line, err)
		}
	}
	if _, err := checkFence(fence{"", "spothandler status\n"}); err == nil {
		t.Error("a block without its language passes")
	}
	if _, err := checkSpan("--everywhere"); err == nil {
		t.Error("a flag that is none passes")
	}
}
