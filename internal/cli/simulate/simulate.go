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
		Long: `Simulate sends a test notice about a running task to EventBridge and waits for
the function's record of it: rule, permission, function, ECS and log have then
all worked. The function never redeploys for it. If a step fails it says which,
why, and how to repair it. Then it shows the events of a real interruption, and
how the function would respond to each.

--event tries an event of a file instead, by this version's rule and gate, and
needs no account. --for-real invokes the function with a notice: it redeploys.

It exits with 0 when the path works, 2 when it does not or was not seen to, 3
when nothing is installed, and 1 when no service runs on Fargate Spot.`,
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
				return tryEvent(cmd.Context(), a, o.file)
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
	flags.StringVar(&o.service, "service", "", "service to rehearse with; else the only one on Spot")
	flags.StringVar(&o.task, "task", "", "task to rehearse with, its id or ARN; else any of the service")
	flags.StringVar(&o.file, "event", "", "try the event of a file, or - for stdin, without an account")
	flags.BoolVar(&o.forReal, "for-real", false, "redeploy the service, by a notice to the function")
	flags.BoolVarP(&a.Yes, "yes", "y", false, "redeploy without asking")
	for _, own := range []string{"cluster", "service"} { // in the file of install they are its own
		_ = flags.SetAnnotation(own, input.NotInFile, []string{"true"})
	}
	a.AccountFlags(cmd)
	return cmd
}

// check refuses what does not go together, before the first call.
func (o *options) check(a *command.App) error {
	slices.Sort(a.Regions)
	a.Regions = slices.Compact(a.Regions)
	if err := o.checkFile(a); err != nil {
		return err
	}
	for _, each := range o.asked() {
		if err := each.CheckName(); err != nil {
			return err
		}
	}
	switch {
	case len(a.Regions) > 1:
		return apperr.Invalid("use one of them", "--region is given %d times: one path is rehearsed at a time", len(a.Regions))
	case a.Yes && !o.forReal:
		return apperr.Invalid("omit it", "--yes is about --for-real: a rehearsal changes nothing and does not ask")
	case o.cluster == "" && o.task != "" && !strings.HasPrefix(o.task, "arn:"):
		return apperr.Invalid("--cluster NAME   that it runs in", "--task %s: an id says nothing of its cluster", o.task)
	}
	for _, region := range a.Regions {
		a.Region = region
	}
	return nil
}

// checkFile refuses what does not go with an event of a file. What the environment says may be for other commands.
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

// asked are the things of ECS that flags name.
func (o *options) asked() []input.Resource {
	return slices.DeleteFunc([]input.Resource{{Kind: "cluster", Value: o.cluster}, {Kind: "service", Value: o.service}, {Kind: "task", Value: o.task}}, func(each input.Resource) bool { return each.Value == "" })
}

// simulation is what a rehearsal needs of AWS.
type simulation struct {
	*command.App
	s   *command.Connection
	o   *options
	ecs *ecs.Client

	service  *services.Service
	task     *types.Task // nil: none is running, and a made-up one stands in
	standIn  string      // why
	event    handler.Event
	at       time.Time
	rehearse *simulate.Installed
}

// start connects, runs and answers.
func (t *simulation) start(ctx context.Context) (err error) {
	if t.s, err = t.Open(ctx, t.o.prefix); err != nil {
		return err
	}
	t.PrintEndpoints()
	for _, each := range t.o.asked() {
		if err := each.CheckLocation(t.s.ID); err != nil {
			return err
		}
	}
	t.ecs = ecs.NewFromConfig(t.s.Config)
	answer, err := t.run(ctx)
	if err != nil {
		return t.AddPolicyHint(t.policyWords(), t.o.prefix, err)
	}
	if t.JSON() {
		if err := t.Out.JSON(answer); err != nil {
			return err
		}
	}
	if !answer.Works {
		return command.ErrDiffers
	}
	return nil
}

// policyWords ask for the policy that the rehearsal needs.
func (t *simulation) policyWords() string {
	if t.o.forReal {
		return "simulate --for-real"
	}
	return "simulate"
}

// run comes to an answer.
func (t *simulation) run(ctx context.Context) (*Answer, error) {
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

func (t *simulation) rehearsal(ctx context.Context) (*Answer, error) {
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
	answer := t.answer(result)
	if !t.JSON() {
		t.printRehearsal(result, answer)
	}
	return answer, nil
}

// clusterARN is that of the service's cluster.
func (t *simulation) clusterARN() string { return t.s.ID.ClusterARN(t.service.Cluster.Name()) }

// serviceARN is the long form, whichever the service has.
func (t *simulation) serviceARN() string {
	return t.s.ID.ARN("ecs", t.s.ID.Region, "service/"+t.service.Cluster.Name()+"/"+t.service.Name())
}

// Answer is simulate's JSON.
type Answer struct {
	Version string            `json:"version"`
	Account string            `json:"account"`
	Region  string            `json:"region"`
	Prefix  string            `json:"prefix"`
	Works   bool              `json:"works"`
	Cluster string            `json:"cluster"`
	Service string            `json:"service"`
	TaskARN string            `json:"task_arn"` // "" where none is running, and a made-up one stood in
	Steps   []simulate.Step   `json:"steps"`
	Series  []simulate.Moment `json:"series"`
	// NotChecked is what could not be read of the installation.
	NotChecked []resource.NotChecked `json:"not_checked"`
	// ForReal is what the function answered to a notice; nil: it was a rehearsal.
	ForReal *handler.Answer `json:"for_real"`
}

func (t *simulation) answer(result *simulate.Result) *Answer {
	answer := &Answer{
		Version: t.Version, Account: t.s.ID.Account, Region: t.s.ID.Region, Prefix: t.rehearse.Names.Prefix,
		Cluster: t.service.Cluster.Name(), Service: t.service.Name(), Steps: []simulate.Step{}, Series: []simulate.Moment{},
		NotChecked: append([]resource.NotChecked{}, t.rehearse.Status.NotChecked...),
	}
	if t.task != nil {
		answer.TaskARN = aws.ToString(t.task.TaskArn)
	}
	if result == nil {
		return answer
	}
	answer.Works, answer.Steps = result.Works(), result.Steps
	question := simulate.Question{
		Event: t.event, At: t.at, Service: handler.ServiceFrom(&t.service.Service), Account: t.s.ID.Account, Region: t.s.ID.Region,
		Mode: t.rehearse.Status.Spec.Redeploy, Cooldown: t.rehearse.Status.Spec.Cooldown,
	}
	if rule := t.rehearse.Rule(); rule != nil && result.Sent {
		question.Pattern = rule.Pattern
		answer.Series = simulate.Series(question)
	}
	return answer
}

// name is the service as a person writes it.
func (t *simulation) name() string { return t.service.Cluster.Name() + "/" + t.service.Name() }
