package command

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// options are the global flags.
type options struct {
	Regions       []string
	AllRegions    bool
	RoleARN       string
	Profile       string
	Output        string
	ExpectAccount string
	DryRun        bool
	Yes           bool
	Wait          time.Duration
	files         answerFiles
	Verbose       bool
}

// GlobalFlags are the flags of every command.
func (a *App) GlobalFlags(root *cobra.Command) {
	flags := root.PersistentFlags()
	flags.StringVarP(&a.Output, "output", "o", "text", "text, json")
	flags.BoolVar(&a.Verbose, "verbose", false, "show every call to AWS on stderr")
}

// AWSFlags are the flags of the commands that work on installations in an account.
func (a *App) AWSFlags(cmd *cobra.Command) {
	a.AccountFlags(cmd)
	cmd.Flags().BoolVar(&a.AllRegions, "all-regions", false, "every region that has an installation")
}

// AccountFlags are the flags of every command that calls AWS.
func (a *App) AccountFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringSliceVar(&a.Regions, "region", nil, "repeatable; else AWS_REGION or the profile's")
	flags.StringVar(&a.Profile, "profile", "", "profile in ~/.aws; else AWS_PROFILE")
	flags.StringVar(&a.RoleARN, "role-arn", "", "role to assume, in this account or another")
	flags.StringVar(&a.ExpectAccount, "expect-account", "", "refuse to work in any other account")
}

// WriteFlags are the flags of the commands that change something; consent says what --yes consents to.
func (a *App) WriteFlags(cmd *cobra.Command, consent string) {
	flags := cmd.Flags()
	flags.BoolVar(&a.DryRun, "dry-run", false, "show what would change, and change nothing")
	flags.BoolVarP(&a.Yes, "yes", "y", false, consent)
	flags.DurationVar(&a.Wait, "wait", 0, "longest wait for AWS to settle; 0 is 1m to 10m")
}

// Given returns the settings that a command was given by flag, environment or file, checked as far as that needs no
// region and no call, as is the prefix.
func (a *App) Given(cmd *cobra.Command, prefix string) (settings.Given, error) {
	given := a.Sources.Given(cmd)
	a.RolePath = given.Text("role-path")
	return given, given.Check("", prefix)
}

// FindFormat finds out whether JSON is asked for, for an error before the flags were read.
func (a *App) FindFormat() {
	if text, _ := input.LookupEnv(a.Environ, input.EnvName("output")); input.AsksJSON(a.args, text) {
		a.Output = "json"
	}
}

// Configure reads what the command was given by environment and file, checks it as far as that needs no region, and
// prepares the command for the installations of a file.
func (a *App) Configure(cmd *cobra.Command, readOnly bool) error {
	if err := a.Sources.Fill(cmd); err != nil {
		return err
	}
	a.readOnly = readOnly
	if err := a.checkOptions(cmd); err != nil {
		return err
	}
	return a.configureEach(cmd)
}

func (a *App) checkOptions(cmd *cobra.Command) error {
	a.Output = strings.ToLower(a.Output)
	accepted := input.FormatsOf(cmd)
	if !slices.Contains(accepted, a.Output) {
		wrong := a.Output
		a.Output = "text"
		return &apperr.Error{Code: apperr.CodeInvalid, Message: fmt.Sprintf("--output %q is not accepted", wrong), Hints: []string{"accepted: " + strings.Join(accepted, ", ")}}
	}
	if a.Wait < 0 {
		return &apperr.Error{Code: apperr.CodeInvalid, Message: fmt.Sprintf("--wait %s is not accepted", a.Wait), Hints: []string{"accepted: a duration like 90s or 5m"}}
	}
	if a.ExpectAccount != "" && !isAccount(a.ExpectAccount) {
		return &apperr.Error{Code: apperr.CodeInvalid, Message: fmt.Sprintf("--expect-account %q is not accepted", a.ExpectAccount), Hints: []string{"accepted: twelve digits"}}
	}
	return a.files.check()
}

func isAccount(text string) bool { return regexp.MustCompile(`^\d{12}$`).MatchString(text) }
