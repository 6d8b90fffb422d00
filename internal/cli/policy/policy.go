package policy

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/deploy/callerpolicy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// options are the flags of policy.
type options struct {
	prefix    string
	account   string
	partition string
	commands  callerpolicy.Commands
	boundary  bool // print the permissions boundary of the role instead
}

// NewCommand returns the command policy.
func NewCommand(a *command.App) *cobra.Command {
	o := &options{}
	cmd := &cobra.Command{
		Use:   "policy [command ...] | boundary",
		Short: "Print the least-privilege IAM policy for running commands",
		Long: `Policy prints the least-privilege IAM policy for a pipeline's role: for the
named commands (install, upgrade, status, logs, report, uninstall, doctor,
simulate) or, if none is named, for install, status, logs and uninstall. It is
limited to this prefix; for doctor and report, it also includes read-only access
to all services. Specify the settings that the installation will have.

Without --permissions-boundary, the policy for install is equivalent to
administrator access: a principal with it can grant the function's role any
permission and assume the role. With it, no role can be created or changed that
lacks that boundary. "policy boundary" prints such a boundary: the maximum
permissions of the function, whatever its settings.

With --account, no AWS call is made; otherwise, STS returns the account. The
resource is * only for actions that AWS cannot restrict further.`,
		Example: `  spothandler policy boundary --prefix prod > boundary.json
  aws iam create-policy --policy-name prod-spothandler-boundary --policy-document file://boundary.json
  spothandler policy --prefix prod --permissions-boundary ARN > policy.json
  spothandler policy status logs --account 111122223333 --region eu-west-1`,
		Annotations: map[string]string{input.OneAtATime: "true"},
		ValidArgs:   acceptedWords(),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.parse(args); err != nil {
				return err
			}
			return run{a, o}.run(cmd)
		},
	}
	input.AddSettings(cmd, &o.prefix, "function-name", "rule-name", "role-path", "reserved-concurrency", "vpc-subnet", "permissions-boundary", "kms-key", "cluster")
	flags := cmd.Flags()
	flags.Lookup("config").Usage = "YAML file with the settings that the policy must allow"
	flags.BoolVar(&o.commands.KeepLogs, "keep-logs", false, "for uninstall --keep-logs: without the permission to delete logs")
	flags.BoolVar(&o.commands.Force, "force", false, "for uninstall --force")
	flags.BoolVar(&o.commands.ForReal, "for-real", false, "for simulate --for-real")
	flags.BoolVar(&o.commands.NoHistory, "no-history", false, "for status --no-history: without the permission to read logs")
	flags.BoolVar(&o.commands.AllRegions, "all-regions", false, "for --all-regions of status and doctor: all Regions and, without --prefix, all prefixes")
	flags.StringVar(&o.account, "account", "", "account of the policy (default: the caller's, from STS)")
	flags.StringVar(&o.partition, "partition", "", "partition of the policy, with --account (default: the Region's)")
	a.AccountFlags(cmd)
	return cmd
}

// acceptedWords returns the accepted arguments: the commands that a policy can be for, and boundary.
func acceptedWords() []string {
	return []string{"install", "upgrade", "status", "logs", "report", "uninstall", "doctor", "simulate", boundaryWord}
}

// boundaryWord is the argument that selects the boundary instead of a policy.
const boundaryWord = "boundary"

// parse parses the arguments: the commands that the policy is for. The default is install, status, logs and uninstall.
func (o *options) parse(words []string) error {
	accepted := map[string]*bool{
		"install": &o.commands.Install, "upgrade": &o.commands.Install, "status": &o.commands.Status, "uninstall": &o.commands.Uninstall,
		"logs": &o.commands.Logs, "report": &o.commands.Report,
		"doctor":     &o.commands.Doctor,
		"simulate":   &o.commands.Simulate,
		boundaryWord: &o.boundary,
	}
	if len(words) == 0 {
		words = []string{"install", "status", "logs", "uninstall"}
	}
	for _, word := range words {
		asked, known := accepted[word]
		if !known {
			return invalid("accepted: "+strings.Join(acceptedWords(), ", "), "there is no policy for %q", word)
		}
		*asked = true
	}
	if err := o.checkFlags(); err != nil {
		return err
	}
	return o.checkAccount()
}

// checkFlags returns an error if a flag belongs to a command that the policy is not for.
func (o *options) checkFlags() error {
	c := o.commands
	for _, each := range []struct {
		wrong         bool
		hint, message string
	}{
		{
			o.boundary && c != (callerpolicy.Commands{}),
			"boundary", "the boundary is printed alone: it applies to the function's role, not to the caller",
		},
		{c.ForReal && !c.Simulate, "simulate", "--for-real requires simulate"},
		{(c.KeepLogs || c.Force) && !c.Uninstall, "uninstall", "--keep-logs and --force require uninstall"},
		{c.NoHistory && !c.Status, "status --no-history", "--no-history requires status"},
		{
			c.AllRegions && (!c.Status && !c.Doctor || c != callerpolicy.Commands{Status: c.Status, Doctor: c.Doctor, NoHistory: c.NoHistory, AllRegions: true}),
			"status --all-regions", "--all-regions is only for the policies of status and doctor: for other commands, use --region",
		},
	} {
		if each.wrong {
			return invalid("spothandler policy "+each.hint, "%s", each.message)
		}
	}
	return nil
}

func (o *options) checkAccount() error {
	account, partition := regexp.MustCompile(`^(\d{12})?$`), regexp.MustCompile(`^(aws(-[a-z]+)*)?$`)
	switch {
	case !account.MatchString(o.account):
		return invalid("accepted: twelve digits", "--account %q is not an account ID", o.account)
	case !partition.MatchString(o.partition):
		return invalid("accepted: a partition such as aws, aws-cn or aws-us-gov", "--partition %q is not a partition", o.partition)
	case o.partition != "" && o.account == "":
		return invalid("--account ID   the account of the policy", "--partition requires --account")
	}
	return nil
}

func invalid(hint, format string, args ...any) error {
	return &apperr.Error{Code: apperr.CodeInvalid, Message: fmt.Sprintf(format, args...), Hints: []string{hint}}
}

// run is a run of policy.
type run struct {
	*command.App
	opts *options
}

func (r run) run(cmd *cobra.Command) error {
	given, err := r.Given(cmd, r.opts.prefix)
	if err != nil {
		return err
	}
	spec := settings.Defaults(r.opts.prefix)
	if err := given.Apply(&spec); err != nil {
		return err
	}
	places, err := r.places(cmd, given, spec)
	if err != nil {
		return err
	}
	policy, err := r.document(places, spec)
	if err != nil {
		return err
	}
	if r.opts.commands.Install && spec.Boundary == "" {
		r.Warn("without --permissions-boundary this policy is equivalent to administrator access: a principal with it can grant the function's role any permission and assume the role")
		account := ""
		if r.opts.account != "" {
			account = " --account " + r.opts.account
		}
		if r.opts.partition != "" {
			account += " --partition " + r.opts.partition
		}
		show.Hint(r.Err, "spothandler policy boundary"+r.Hints().InstallationFlags(spec.Prefix)+command.RegionFlags(r.Regions)+account+"   prints such a boundary")
	}
	return r.Out.JSON(json.RawMessage(policy))
}

// places returns the names of the installations that the policy is for, one for each Region.
func (r run) places(cmd *cobra.Command, given settings.Given, spec settings.Spec) (places []resource.Names, err error) {
	regions := slices.Compact(slices.Sorted(slices.Values(r.Regions)))
	if r.opts.commands.AllRegions && len(regions) > 0 {
		return nil, invalid("use one of them", "--region and --all-regions cannot be combined")
	}
	if len(regions) == 0 {
		regions = []string{""} // the one of the AWS configuration
	}
	for _, region := range regions {
		id, err := r.identity(cmd.Context(), given, region)
		if err != nil {
			return nil, err
		}
		if err := r.check(id, given, spec); err != nil {
			return nil, err
		}
		if r.opts.commands.AllRegions {
			prefix := &spec.Prefix
			if !cmd.Flags().Changed("prefix") {
				prefix = nil
			}
			places = callerpolicy.Everywhere(id, prefix, spec.FunctionName, spec.RuleName)
			for index := range places {
				places[index] = places[index].WithRolePath(spec.RolePath)
			}
			return places, nil
		}
		places = append(places, resource.NewNames(id, spec.Prefix, spec.FunctionName, spec.RuleName).WithRolePath(spec.RolePath))
	}
	return places, nil
}

// check returns an error for names that AWS would reject, and for a partition or ARNs that do not match the account and
// Region. With --all-regions it checks only the names.
func (r run) check(id session.Identity, given settings.Given, spec settings.Spec) error {
	where := session.Identity{Region: id.Region}
	if r.opts.commands.AllRegions {
		where.Region = ""
	}
	if err := given.Check(where, spec.Prefix); err != nil {
		return err
	}
	if err := settings.CheckNames(id.Region, spec.Prefix, spec.FunctionName, spec.RuleName); err != nil || r.opts.commands.AllRegions {
		return err
	}
	if err := (session.Identity{Region: id.Region}).CheckPartition("--partition "+r.opts.partition, r.opts.partition); err != nil {
		return err
	}
	role, _ := arn.Parse(r.RoleARN)
	if err := id.CheckPartition("--role-arn "+r.RoleARN, role.Partition); err != nil {
		return err
	}
	if err := spec.CheckPlaces(id); err != nil {
		return err
	}
	_, err := settings.LocalClusters(id, spec.Clusters)
	return err
}

// document returns the policy. It warns if the policy is too long for a managed policy.
func (r run) document(places []resource.Names, spec settings.Spec) (string, error) {
	if r.opts.boundary {
		return callerpolicy.Boundary(places)
	}
	policy, err := callerpolicy.New(places, spec, r.opts.commands)
	if err == nil && len(policy) > callerpolicy.MaxLength {
		r.Warn(fmt.Sprintf("the policy has %d characters, and a managed policy can have %d: attach it inline to a role, or name fewer Regions", len(policy), callerpolicy.MaxLength))
	}
	return policy, err
}

// identity returns the account and Region that were given, or those of the caller from STS.
func (r run) identity(ctx context.Context, given settings.Given, region string) (session.Identity, error) {
	a, o := *r.App, r.opts
	a.Region = region
	if err := checkSameAccount(o.account, &a); err != nil {
		return session.Identity{}, err
	}
	if o.account != "" && a.Region != "" {
		return identityOf(o.account, o.partition, a.Region), nil
	}
	if o.account != "" {
		region, err := a.FindRegion(ctx)
		if o.commands.AllRegions { // which needs a Region only for the partition
			err = nil
		}
		return identityOf(o.account, o.partition, region), err
	}
	s, err := a.Connect(ctx, func(region string) error { return given.Check(a.KnownIdentity(region), o.prefix) })
	if err != nil {
		return session.Identity{}, err
	}
	return s.ID, nil
}
