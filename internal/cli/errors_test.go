package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/localaws"
)

// What is typed again is what was typed: a shell must read it so.
func TestCommandLine(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"install", "--prefix", "prod"}, "spothandler install --prefix prod"},
		{[]string{"install", "--tag", "Cost Centre=a b"}, "spothandler install --tag 'Cost Centre=a b'"},
		{[]string{"install", "--tag", "Owner=O'Hara"}, `spothandler install --tag 'Owner=O'\''Hara'`},
		{[]string{"install", "--tag", "x=$(rm -rf /)"}, "spothandler install --tag 'x=$(rm -rf /)'"},
		{[]string{"install", "--prefix", ""}, "spothandler install --prefix ''"},
		{[]string{"install", "--tag", "größe=1"}, "spothandler install --tag 'größe=1'"},
		{[]string{"status", "--profile=a/b:c@d"}, "spothandler status --profile=a/b:c@d"},
	} {
		if got := (&app{args: test.args}).commandLine(); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
	a := &app{args: []string{"install", "--dry-run", "--prefix", "p", "--detailed-exitcode"}}
	if got := a.without("--dry-run", "--detailed-exitcode"); got != "spothandler install --prefix p" {
		t.Error(got)
	}
}

func TestScope(t *testing.T) {
	a := &app{region: "eu-west-1", options: options{profile: "my profile"}}
	if got := a.scope("prod"); got != " --prefix prod --region eu-west-1 --profile 'my profile'" {
		t.Errorf("%q", got)
	}
	if got := (&app{}).scope(""); got != "" {
		t.Errorf("%q", got)
	}
}

func TestExitCode(t *testing.T) {
	for _, test := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errors.New("broken"), 1},
		{&apperr.Error{Code: apperr.CodeAccessDenied}, 1},
		{context.DeadlineExceeded, 1},
		{errDiffers, 2},
		{fmt.Errorf("seen: %w", errDiffers), 2},
		{errNotInstalled, 3},
	} {
		if got := exitCode(test.err); got != test.want {
			t.Errorf("%v gives %d", test.err, got)
		}
	}
	for _, test := range []struct{ a, b, want int }{
		{0, 0, 0}, {0, 3, 3}, {3, 2, 2}, {2, 1, 1}, {1, 130, 130}, {130, 0, 130},
	} {
		if got := worse(test.a, test.b); got != test.want {
			t.Errorf("the worse of %d and %d is %d", test.a, test.b, got)
		}
	}
}

func TestAsksJSON(t *testing.T) {
	for _, test := range []struct {
		args     []string
		variable string
		want     bool
	}{
		{[]string{"install", "--wrong", "-o", "json"}, "", true},
		{[]string{"install", "-ojson"}, "", true},
		{[]string{"install", "--output=JSON"}, "", true},
		{[]string{"install", "-o=json", "--x"}, "", true},
		{[]string{"install", "-o", "text"}, "json", false},
		{[]string{"install", "--prefix", "json"}, "", false},
		{[]string{"install"}, "Json", true},
	} {
		if got := input.AsksJSON(test.args, test.variable); got != test.want {
			t.Errorf("%v with %q: %v", test.args, test.variable, got)
		}
	}
}

// A message is broken to fit a terminal, and whole in a log, where it is searched for.
func TestLongMessage(t *testing.T) {
	for _, test := range []struct {
		tty  bool
		want string
	}{
		{true, "✗ creating role prod-spothandler-eu-west-1: NoSuchEntity: Scope ARN:\n  arn:aws:iam::111122223333:policy/boundary does not exist or is not attachable.\n  › find it\n"},
		{false, "✗ creating role prod-spothandler-eu-west-1: NoSuchEntity: Scope ARN: arn:aws:iam::111122223333:policy/boundary does not exist or is not attachable.\n  › find it\n"},
	} {
		var shown bytes.Buffer
		streams := fake(test.tty, "NO_COLOR=1")
		streams.err = &shown
		a := newApp(streams, nil, binaryVersion())
		a.printError(&apperr.Error{
			Message: "creating role prod-spothandler-eu-west-1: NoSuchEntity: Scope ARN: arn:aws:iam::111122223333:policy/boundary does not exist or is not attachable.",
			Hints:   []string{"find it"},
		})
		if shown.String() != test.want {
			t.Errorf("on a terminal %t it is\n%s", test.tty, shown.String())
		}
	}
}

// Only a command that could have changed something says that it did not; whose the credentials are is said by all.
func TestNothingWasChanged(t *testing.T) {
	a := newArchive(t, "")
	a.Inject(localaws.Fault{Action: "GetCallerIdentity", Refuse: &localaws.Error{Status: 403, Code: "ExpiredToken", Message: "expired"}})
	for _, test := range []struct {
		line string
		says bool
	}{
		{"status", false},
		{"logs", false},
		{"report", false},
		{"doctor", false},
		{"simulate", false},
		{"simulate --for-real", true},
		{"install", true},
		{"upgrade", true},
		{"uninstall", true},
	} {
		code, shown := spothandler(t.Context(), "", words(test.line)...)
		const whose = "They are those of the environment (AWS_ACCESS_KEY_ID)."
		if code != exitError || strings.Contains(shown.err, "Nothing was changed.") != test.says || !strings.Contains(shown.err, whose) {
			t.Errorf("%s exits with %d: %s", test.line, code, shown.err)
		}
	}
}
