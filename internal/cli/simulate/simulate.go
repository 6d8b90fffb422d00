package simulate

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/services"
	"github.com/spothandler/spothandler/internal/simulate"
)

// options are simulate's own flags.
type options struct {
	prefix                       string
	oneInstallation              bool // a prefix was given
	names                        settings.Given
	cluster, service, task, file string
	forReal                      bool
}

// NewCommand returns the command simulate.
func NewCommand(a *command.App) *cobra.Command {
	o := &options{}
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "Test the path of an interruption step by step; changes nothing",
		Long: `Simulate sends a test event for a running task to EventBridge, and waits for the
function's record of it, which shows that the rule, permission, function, ECS
and log group all work. The function never redeploys for a test event. If a step
fails, simulate shows which one, why, and how to fix it. It then shows the
events of a real interruption, and what the function would decide for each.

--event shows how this version's rule and function would handle an event from a
file, without an AWS account; it exits with 0 whatever they decide. --for-real
invokes the function as at a real interruption, which redeploys the service.

Without --prefix it uses the installation that covers the service. It exits with
0 if the path works, 2 if it does not or that could not be verified, 3 if
nothing is installed, and 1 if no service runs on Fargate Spot.`,
		Example: `  spothandler simulate --cluster shop --service api
  spothandler simulate --event event.json
  spothandler simulate --cluster shop --service api --for-real`,
		Annotations: map[string]string{input.OneAtATime: "true"},
		Args:        input.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.check(a); err != nil {
				return err
			}
			if o.file != "" {
				return evaluateEvent(cmd.Context(), a, o.file)
			}
			var err error
			if o.names, err = a.Given(cmd, o.prefix); err != nil {
				return err
			}
			o.oneInstallation = cmd.Flags().Changed("prefix")
			return (&simulation{App: a, o: o}).start(cmd.Context())
		},
	}
	input.AddAddress(cmd, &o.prefix)
	flags := cmd.Flags()
	flags.StringVar(&o.cluster, "cluster", "", "cluster of the service, a name or an ARN")
	flags.StringVar(&o.service, "service", "", "service to rehearse with (default: the only one on Spot)")
	flags.StringVar(&o.task, "task", "", "task to rehearse with, its ID or ARN (default: any of the service)")
	flags.StringVar(&o.file, "event", "", "evaluate an event from a file, or - for stdin, offline")
	flags.BoolVar(&o.forReal, "for-real", false, "redeploy the service by invoking the function as at a real interruption")
	flags.BoolVarP(&a.Yes, "yes", "y", false, "redeploy without asking")
	for _, own := range []string{"cluster", "service"} { // in install's configuration file they are settings
		_ = flags.SetAnnotation(own, input.NotInFile, []string{"true"})
	}
	a.AccountFlags(cmd)
	return cmd
}

// check rejects options that cannot be combined, before the first call.
func (o *options) check(a *command.App) error {
	slices.Sort(a.Regions)
	a.Regions = slices.Compact(a.Regions)
	if err := o.checkFile(a); err != nil {
		return err
	}
	for _, each := range o.resources() {
		if err := each.CheckName(); err != nil {
			return err
		}
	}
	switch {
	case len(a.Regions) > 1:
		return apperr.Invalid("use one of them", "--region is given %d times: one path is tested at a time", len(a.Regions))
	case a.Yes && !o.forReal:
		return apperr.Invalid("omit it", "--yes applies to --for-real only: a rehearsal changes nothing and does not ask")
	}
	if err := o.checkTask(); err != nil {
		return err
	}
	for _, region := range a.Regions {
		a.Region = region
	}
	return nil
}

// checkTask rejects a task whose cluster is unknown, or differs from --cluster.
func (o *options) checkTask() error {
	parts := strings.Split(o.task, "/") // an ARN ends in task/CLUSTER/ID or, in the old format, task/ID
	switch {
	case o.cluster == "" && o.task != "" && !strings.HasPrefix(o.task, "arn:"):
		return apperr.Invalid("--cluster NAME   the cluster it runs in", "--task %s: an ID does not include its cluster", o.task)
	case o.cluster == "" && o.task != "" && len(parts) != 3:
		return apperr.Invalid("--cluster NAME   the cluster it runs in", "--task %s does not include its cluster", o.task)
	case o.cluster != "" && len(parts) == 3 && parts[1] != handler.NameOf(o.cluster):
		return apperr.Invalid("--cluster "+apperr.Quote(parts[1]), "--task %s runs in cluster %s, not in %s", o.task, parts[1], handler.NameOf(o.cluster))
	}
	return nil
}

// checkFile rejects flags that cannot be combined with --event. It ignores environment variables, which may be for other commands.
func (o *options) checkFile(a *command.App) error {
	if o.file == "" {
		return nil
	}
	for _, flag := range []string{"cluster", "service", "task", "for-real", "prefix", "function-name", "rule-name", "region", "profile", "role-arn", "expect-account"} {
		if a.Sources.Origins[flag] == "--"+flag {
			return apperr.Invalid("omit it", "--event runs without an account, and cannot be combined with --%s", flag)
		}
	}
	return nil
}

// resources returns the ECS resources that flags name.
func (o *options) resources() []input.Resource {
	return slices.DeleteFunc([]input.Resource{{Kind: "cluster", Value: o.cluster}, {Kind: "service", Value: o.service}, {Kind: "task", Value: o.task}}, func(each input.Resource) bool { return each.Value == "" })
}

// simulation is one run of simulate.
type simulation struct {
	*command.App
	s   *command.Connection
	o   *options
	ecs *ecs.Client

	service        *services.Service
	task           *types.Task // nil if the rehearsal uses a placeholder
	whyPlaceholder string
	event          handler.Event
	at             time.Time
	rehearse       *simulate.Installed
}

// start connects, runs and prints the result.
func (t *simulation) start(ctx context.Context) (err error) {
	t.s, err = t.Connect(ctx, func(region string) error {
		if err := settings.CheckNames(region, t.o.prefix, "", ""); err != nil {
			return err
		}
		return input.CheckLocations(t.o.resources(), t.KnownIdentity(region))
	})
	if err != nil {
		return err
	}
	t.PrintEndpoints()
	if err := input.CheckLocations(t.o.resources(), t.s.ID); err != nil {
		return err
	}
	t.ecs = ecs.NewFromConfig(t.s.Config)
	output, err := t.run(ctx)
	if err != nil {
		return t.Hints().AddPolicy(t.policyWords(), t.o.prefix, err)
	}
	if t.JSON() {
		if err := t.Out.JSON(output); err != nil {
			return err
		}
	}
	if !output.Works {
		return command.ErrDiffers
	}
	return nil
}

// policyWords returns the arguments of policy for the permissions that the rehearsal requires.
func (t *simulation) policyWords() string {
	if t.o.forReal {
		return "simulate --for-real"
	}
	return "simulate"
}

// run rehearses or redeploys, and returns the result.
func (t *simulation) run(ctx context.Context) (*Output, error) {
	if err := t.findService(ctx); err != nil {
		return nil, err
	}
	if err := t.findInstallation(ctx); err != nil {
		return nil, err
	}
	t.at = time.Now()
	t.event = simulate.PlaceholderEvent(t.service, t.clusterARN(), t.at)
	if t.task != nil {
		t.event = handler.InterruptionEvent(t.task, t.at)
	}
	if t.o.forReal {
		return t.redeploy(ctx)
	}
	return t.rehearsal(ctx)
}

func (t *simulation) rehearsal(ctx context.Context) (*Output, error) {
	t.printIntroduction()
	line := t.Err.StatusLine()
	ended := t.MuteWaitingOnTerminal()
	rehearsal := simulate.Rehearsal{
		Bus: eventbridge.NewFromConfig(t.s.Config), Logs: cloudwatchlogs.NewFromConfig(t.s.Config), Simulator: iam.NewFromConfig(t.s.Config),
		Installed: t.rehearse, Event: t.event, Service: t.serviceARN(), Progress: line.Set,
	}
	result, err := rehearsal.Run(ctx)
	line.Clear()
	ended()
	if err != nil {
		return nil, err
	}
	output := t.output(result)
	if !t.JSON() {
		t.printRehearsal(result, output)
	}
	return output, nil
}

// clusterARN returns the ARN of the service's cluster.
func (t *simulation) clusterARN() string { return t.s.ID.ClusterARN(t.service.Cluster.Name()) }

// serviceARN returns the service's ARN in the long format, even if its own is in the short one.
func (t *simulation) serviceARN() string {
	return t.s.ID.ARN("ecs", t.s.ID.Region, "service/"+t.service.Cluster.Name()+"/"+t.service.Name())
}

// Output is the JSON output of simulate.
type Output struct {
	Version string            `json:"version"`
	Account string            `json:"account"`
	Region  string            `json:"region"`
	Prefix  string            `json:"prefix"`
	Works   bool              `json:"works"`
	Cluster string            `json:"cluster"`
	Service string            `json:"service"`
	TaskARN string            `json:"task_arn"` // "" if the rehearsal used a placeholder
	Steps   []simulate.Step   `json:"steps"`
	Series  []simulate.Moment `json:"series"`
	// NotChecked is what could not be checked of the installation.
	NotChecked []resource.NotChecked `json:"not_checked"`
	// ForReal is the function's response to the notice, or nil for a rehearsal.
	ForReal *handler.Response `json:"for_real"`
}

func (t *simulation) output(result *simulate.Result) *Output {
	output := &Output{
		Version: t.Version, Account: t.s.ID.Account, Region: t.s.ID.Region, Prefix: t.rehearse.Names.Prefix,
		Cluster: t.service.Cluster.Name(), Service: t.service.Name(), Steps: []simulate.Step{}, Series: []simulate.Moment{},
		NotChecked: append([]resource.NotChecked{}, t.rehearse.Status.NotChecked...),
	}
	if t.task != nil {
		output.TaskARN = aws.ToString(t.task.TaskArn)
	}
	if result == nil {
		return output
	}
	output.Works, output.Steps = result.Works(), result.Steps
	question := simulate.Question{
		Event: t.event, At: t.at, Service: handler.ServiceFrom(&t.service.Service), Account: t.s.ID.Account, Region: t.s.ID.Region,
		Mode: t.rehearse.Status.Spec.Redeploy, Cooldown: t.rehearse.Status.Spec.Cooldown,
	}
	if rule := t.rehearse.Rule(); rule != nil && result.Sent {
		question.Pattern = rule.Pattern
		output.Series = simulate.Series(question)
	}
	return output
}

// name returns the service as CLUSTER/SERVICE.
func (t *simulation) name() string { return t.service.Cluster.Name() + "/" + t.service.Name() }
