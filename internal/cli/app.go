package cli

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/time/rate"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// Exit codes, as every command documents them.
const (
	exitFine         = 0
	exitError        = 1
	exitDiffers      = 2
	exitNotInstalled = 3
	exitInterrupted  = 130
)

// errDiffers is a verdict that was printed already: only its exit code is left. errNotInstalled is the cause of
// an error that is an answer too.
var (
	errDiffers      = errors.New("it differs")
	errNotInstalled = errors.New("not installed")
)

// app is what every command shares.
type app struct {
	Streams
	out, err *term.Printer // what the streams are written with
	args     []string
	version  string // of this binary
	options
	sources input.Sources // where the flags' values came from

	region   string // the one to work in; "" is the configuration's
	prefix   string // of the installation that the command is about
	rolePath string // where roles are looked for beside the default path
	several  bool   // this is one of several targets, side by side

	file   []*configured // the installations of a file of several, where one was given
	of     *configured   // the one of them that this is at
	target string        // its name among them
	// ownErrors says that the command puts its errors into its own answer in JSON.
	ownErrors bool
	readOnly  bool   // the command changes nothing, whatever happens
	unseen    bool   // nobody sees how far it is with its targets
	found     string // the region that the command works in, once it is known
	account   string // the account of the credentials, once it is known
	aws       *awsSource
	limits    *limits
	chosen    *choice // the regions to work in, where status has chosen them
}

// options are the global flags.
type options struct {
	regions       []string
	allRegions    bool
	roleARN       string
	profile       string
	output        string
	expectAccount string
	dryRun        bool
	yes           bool
	wait          time.Duration
	files         answerFiles
	verbose       bool
}

func newApp(s Streams, args []string, version string) *app {
	a := &app{Streams: s, args: args, version: version, sources: input.Sources{Environ: s.env, Of: map[string]string{}}, limits: &limits{logs: map[[2]string]*rate.Limiter{}}}
	a.out, a.err = s.printers()
	a.aws = &awsSource{person: &person{canAsk: s.inTTY, in: s.in, err: a.err}}
	return a
}

// conclude prints an error that was not printed yet, and gives the exit code.
func (a *app) conclude(ctx context.Context, err error) int {
	if printed, ok := errors.AsType[*shownError](err); ok {
		return printed.code
	}
	if err == nil || errors.Is(err, errDiffers) {
		return exitCode(err)
	}
	if !a.several || !errors.Is(err, errNotInstalled) { // the region's own line says it
		a.printError(a.explain(ctx, err))
	}
	if ctx.Err() != nil {
		return exitInterrupted
	}
	return exitCode(err)
}

// finish concludes the program with the error of its command, and returns the exit code.
func (a *app) finish(ctx context.Context, err error) int {
	if err != nil { // perhaps before the flags were read
		a.files.fill(a.env)
	}
	code := a.conclude(ctx, err)
	if failed := a.out.Failed(); failed != nil && code != exitError && code != exitInterrupted {
		code = a.conclude(ctx, failed)
	}
	if err := a.files.end(code); err != nil && code != exitError {
		return a.conclude(ctx, err)
	}
	return code
}

func exitCode(err error) int {
	switch {
	case err == nil:
		return exitFine
	case errors.Is(err, errDiffers):
		return exitDiffers
	case errors.Is(err, errNotInstalled):
		return exitNotInstalled
	}
	return exitError
}

// globalFlags are the flags of every command.
func (a *app) globalFlags(root *cobra.Command) {
	flags := root.PersistentFlags()
	flags.StringVarP(&a.output, "output", "o", "text", "text, json")
	flags.BoolVar(&a.verbose, "verbose", false, "show every call to AWS on stderr")
}

// awsFlags are the flags of the commands that work on installations in an account.
func (a *app) awsFlags(cmd *cobra.Command) {
	a.accountFlags(cmd)
	cmd.Flags().BoolVar(&a.allRegions, "all-regions", false, "every region that has an installation")
}

// accountFlags are the flags of every command that calls AWS.
func (a *app) accountFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringSliceVar(&a.regions, "region", nil, "repeatable; else AWS_REGION or the profile's")
	flags.StringVar(&a.profile, "profile", "", "profile in ~/.aws; else AWS_PROFILE")
	flags.StringVar(&a.roleARN, "role-arn", "", "role to assume, in this account or another")
	flags.StringVar(&a.expectAccount, "expect-account", "", "refuse to work in any other account")
}

// writeFlags are the flags of the commands that change something; consent says what --yes consents to.
func (a *app) writeFlags(cmd *cobra.Command, consent string) {
	flags := cmd.Flags()
	flags.BoolVar(&a.dryRun, "dry-run", false, "show what would change, and change nothing")
	flags.BoolVarP(&a.yes, "yes", "y", false, consent)
	flags.DurationVar(&a.wait, "wait", 0, "longest wait for AWS to settle; 0 is 1m to 10m")
}

// given returns the settings that a command was given by flag, environment or file, checked as far as that needs no
// region and no call, as is the prefix.
func (a *app) given(cmd *cobra.Command, prefix string) (settings.Given, error) {
	given := a.sources.Given(cmd)
	a.rolePath = given.Text("role-path")
	return given, given.Check("", prefix)
}

// findFormat finds out whether JSON is asked for, for an error before the flags were read.
func (a *app) findFormat() {
	if text, _ := input.LookupEnv(a.env, input.EnvName("output")); input.AsksJSON(a.args, text) {
		a.output = "json"
	}
}

// configure reads what the command was given by environment and file, checks it as far as that needs no region, and
// prepares the command for the installations of a file.
func (a *app) configure(cmd *cobra.Command, readOnly bool) error {
	if err := a.sources.Fill(cmd); err != nil {
		return err
	}
	a.readOnly = readOnly
	if err := a.checkOptions(cmd); err != nil {
		return err
	}
	return a.configureEach(cmd)
}

func (a *app) checkOptions(cmd *cobra.Command) error {
	a.output = strings.ToLower(a.output)
	accepted := input.FormatsOf(cmd)
	if !slices.Contains(accepted, a.output) {
		wrong := a.output
		a.output = "text"
		return &apperr.Error{Code: apperr.CodeInvalid, Message: fmt.Sprintf("--output %q is not accepted", wrong), Hints: []string{"accepted: " + strings.Join(accepted, ", ")}}
	}
	if a.wait < 0 {
		return &apperr.Error{Code: apperr.CodeInvalid, Message: fmt.Sprintf("--wait %s is not accepted", a.wait), Hints: []string{"accepted: a duration like 90s or 5m"}}
	}
	if a.expectAccount != "" && !isAccount(a.expectAccount) {
		return &apperr.Error{Code: apperr.CodeInvalid, Message: fmt.Sprintf("--expect-account %q is not accepted", a.expectAccount), Hints: []string{"accepted: twelve digits"}}
	}
	return a.files.check()
}

func isAccount(text string) bool { return regexp.MustCompile(`^\d{12}$`).MatchString(text) }

func (a *app) json() bool { return strings.EqualFold(a.output, "json") }

// chooseRegions has the command work in these regions of an account, and look for no others.
func (a *app) chooseRegions(regions []string, id session.Identity) { a.chosen = &choice{regions, id} }

// choice is in which regions of an account a command works.
type choice struct {
	regions []string
	id      session.Identity
}

// shownError carries the exit code of what was printed already.
type shownError struct{ code int }

func (e *shownError) Error() string { return fmt.Sprintf("exit code %d", e.code) }

// alreadyShown returns the error of an exit code whose reason was printed already.
func alreadyShown(code int) error {
	if code == exitFine {
		return nil
	}
	return &shownError{code}
}
