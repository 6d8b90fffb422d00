package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/spothandler/spothandler/internal/apperr"
)

// A shell parses the printed command line into the same arguments.
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
		if got := (&App{args: test.args}).Hints().CommandLine(); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
	a := &App{args: []string{"install", "--dry-run", "--prefix", "p", "--detailed-exitcode"}}
	if got := a.Hints().CommandLineWithout("--dry-run", "--detailed-exitcode"); got != "spothandler install --prefix p" {
		t.Error(got)
	}
}

func TestInstallationFlags(t *testing.T) {
	a := &App{scope: scope{Region: "eu-west-1"}, options: options{Profile: "my profile"}}
	if got := a.Hints().InstallationFlags("prod"); got != " --prefix prod --region eu-west-1 --profile 'my profile'" {
		t.Errorf("%q", got)
	}
	if got := (&App{}).Hints().InstallationFlags(""); got != "" {
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
		{ErrDiffers, 2},
		{fmt.Errorf("seen: %w", ErrDiffers), 2},
		{ErrNotInstalled, 3},
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

// A message is wrapped on a terminal and remains one line in a log, for searching.
func TestLongMessage(t *testing.T) {
	for _, test := range []struct {
		tty  bool
		want string
	}{
		{true, "✗ creating role prod-spothandler-eu-west-1: NoSuchEntity: Scope ARN:\n  arn:aws:iam::111122223333:policy/boundary does not exist or is not attachable.\n  › find it\n"},
		{false, "✗ creating role prod-spothandler-eu-west-1: NoSuchEntity: Scope ARN: arn:aws:iam::111122223333:policy/boundary does not exist or is not attachable.\n  › find it\n"},
	} {
		var shown bytes.Buffer
		a := New(Streams{Stderr: &shown, StderrTTY: test.tty, Width: 80, Environ: []string{"NO_COLOR=1"}}, nil, "1.2.3")
		a.printError(&apperr.Error{
			Message: "creating role prod-spothandler-eu-west-1: NoSuchEntity: Scope ARN: arn:aws:iam::111122223333:policy/boundary does not exist or is not attachable.",
			Hints:   []string{"find it"},
		})
		if shown.String() != test.want {
			t.Errorf("on a terminal %t it is\n%s", test.tty, shown.String())
		}
	}
}
