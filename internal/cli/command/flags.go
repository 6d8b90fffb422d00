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
)

// options are the values of flags that several commands share.
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
	files         resultFiles
	Verbose       bool
}

// GlobalFlags adds the flags of every command.
func (o *options) GlobalFlags(root *cobra.Command) {
	flags := root.PersistentFlags()
	flags.StringVarP(&o.Output, "output", "o", "text", "text, json")
	flags.BoolVar(&o.Verbose, "verbose", false, "log every AWS API call on stderr")
}

// AWSFlags adds the flags of AccountFlags, and --all-regions.
func (o *options) AWSFlags(cmd *cobra.Command) {
	o.AccountFlags(cmd)
	cmd.Flags().BoolVar(&o.AllRegions, "all-regions", false, "all Regions that have an installation")
}

// AccountFlags adds the flags of every command that calls AWS.
func (o *options) AccountFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringSliceVar(&o.Regions, "region", nil, "repeatable (default: AWS_REGION or the profile's)")
	flags.StringVar(&o.Profile, "profile", "", "profile in ~/.aws (default: AWS_PROFILE)")
	flags.StringVar(&o.RoleARN, "role-arn", "", "IAM role to assume, in this account or another")
	flags.StringVar(&o.ExpectAccount, "expect-account", "", "fail in any other account")
}

// WriteFlags adds the flags of commands that change resources. consent is the help text of --yes.
func (o *options) WriteFlags(cmd *cobra.Command, consent string) {
	flags := cmd.Flags()
	flags.BoolVar(&o.DryRun, "dry-run", false, "show the changes without making them")
	flags.BoolVarP(&o.Yes, "yes", "y", false, consent)
	flags.DurationVar(&o.Wait, "wait", 0, "longest wait for a change (default: 1m to 10m)")
}

func (o *options) check(cmd *cobra.Command) error {
	o.Output = strings.ToLower(o.Output)
	accepted := input.FormatsOf(cmd)
	if !slices.Contains(accepted, o.Output) {
		wrong := o.Output
		o.Output = "text"
		return &apperr.Error{Code: apperr.CodeInvalid, Message: fmt.Sprintf("--output %q is not accepted", wrong), Hints: []string{"accepted: " + strings.Join(accepted, ", ")}}
	}
	if o.Wait < 0 {
		return &apperr.Error{Code: apperr.CodeInvalid, Message: fmt.Sprintf("--wait %s is not accepted", o.Wait), Hints: []string{"accepted: a duration like 90s or 5m"}}
	}
	if o.ExpectAccount != "" && !isAccount(o.ExpectAccount) {
		return &apperr.Error{Code: apperr.CodeInvalid, Message: fmt.Sprintf("--expect-account %q is not accepted", o.ExpectAccount), Hints: []string{"accepted: twelve digits"}}
	}
	return o.files.check()
}

func isAccount(text string) bool { return regexp.MustCompile(`^\d{12}$`).MatchString(text) }

// ResultFileFlags adds --summary-file and --outputs-file, for pipelines.
func (o *options) ResultFileFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.files.summary, summaryFlag, "", "append the result as Markdown to a file")
	cmd.Flags().StringVar(&o.files.outputs, outputsFlag, "", "append outputs and exit code as NAME=VALUE lines")
	_ = cmd.MarkFlagFilename(summaryFlag)
	_ = cmd.MarkFlagFilename(outputsFlag)
}

// WritesFiles reports whether the result is also written to a file.
func (o *options) WritesFiles() bool { return o.files != resultFiles{} }

// IsText reports whether the output format is text.
func (o *options) IsText() bool { return o.Output == "text" }

// JSON reports whether the output format is JSON.
func (o *options) JSON() bool { return strings.EqualFold(o.Output, "json") }
