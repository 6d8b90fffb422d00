package local

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/embed"
	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/localaws"
)

const (
	demoPrefix = "demo"
	demoTasks  = 3
	demoLimit  = 2 * time.Minute
)

// DemoCommand returns the command demo.
func DemoCommand(now func() Program) *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Demonstrate the whole lifecycle on a local AWS",
		Long: `Demo starts a local AWS with three services on Fargate Spot, installs,
interrupts tasks, shows the function's decisions, and uninstalls. It runs the
real commands and the real function, and needs no AWS account. It exits with 1
if any step fails or has an unexpected result.`,
		Args: input.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := embed.Archive(hostArchitecture()); err != nil {
				return err
			}
			return (&demoRun{Program: now()}).start(cmd.Context())
		},
	}
}

// demoRun is the demo while it runs.
type demoRun struct {
	Program
	server *localaws.Server
	url    string
	key    string // the server's access key
	step   int
	before string // inventory of the account at the start
	output demoOutput
}

// start starts the local AWS and runs the demo on it. The first failed check ends it.
func (t *demoRun) start(ctx context.Context) (err error) {
	started := time.Now()
	ctx, cancel := context.WithTimeoutCause(ctx, demoLimit, errors.New("the demo took longer than "+demoLimit.String()))
	defer cancel()
	out := t.Out
	t.key = localaws.NewAccessKey()
	t.server = NewServer(t.Program, Region, t.key, nil)
	defer func() { err = errors.Join(err, t.server.Close()) }()
	if err := t.server.Seed(DemoServices()...); err != nil {
		return err
	}
	if t.url, err = t.server.URL(); err != nil {
		return err
	}
	if t.JSON { // only the result at the end
		t.Out = term.NewPrinter(io.Discard, term.Style{})
	}
	if err := t.run(ctx); err != nil {
		if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
			return cause
		}
		return err
	}
	if t.JSON {
		t.output.Seconds = math.Round(time.Since(started).Seconds()*10) / 10
		return out.JSON(t.output)
	}
	out.Printf("\n%s", out.Success(fmt.Sprintf("%d tasks interrupted, 1 redeployment, nothing left behind. %s", demoTasks, term.Seconds(time.Since(started)))))
	out.Print(out.Paragraph("  ", "Everything above ran against a local AWS; your account was not touched."))
	out.Printf("\n")
	show.Hint(out, "spothandler local                   try it yourself")
	show.Hint(out, "spothandler install --prefix prod   install for real")
	return nil
}

func (t *demoRun) run(ctx context.Context) error {
	for _, step := range []func(context.Context) error{
		t.showServices, t.install, t.status, t.interrupt, t.logs, t.installAgain, t.uninstall,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (t *demoRun) title(text string) {
	t.step++
	if t.step > 1 {
		t.Out.Printf("\n")
	}
	head := fmt.Sprintf("── %d of 7 ── ", t.step)
	t.Out.Printf("%s\n", t.Out.Beside(t.Out.Dim(head), term.Width(head), text, t.Out.Bold))
}

func (t *demoRun) showServices(ctx context.Context) error {
	t.title("A cluster with three services on Fargate Spot")
	services, err := t.describe(ctx)
	if err != nil {
		return err
	}
	for _, service := range services {
		t.output.Services = append(t.output.Services, demoServiceOutput{demoCluster, service.name, service.desired, service.running, service.primary})
		begin := "  " + term.Pad(demoCluster+"/"+service.name, 14) + "  "
		text := fmt.Sprintf("%d of %d running · deployment %s", service.running, service.desired, service.primary)
		t.Out.Print(t.Out.Beside(t.Out.Unpainted(begin), len(begin), text, t.Out.Dim))
	}
	t.before, err = t.inventory(ctx)
	return err
}

func (t *demoRun) install(ctx context.Context) error {
	t.title("Install: one command creates six resources")
	return t.command(ctx, &t.output.Install, "install", "--prefix", demoPrefix)
}

func (t *demoRun) status(ctx context.Context) error {
	t.title("Status: is everything in place?")
	return t.command(ctx, &t.output.Status, "status", "--prefix", demoPrefix)
}

// logs shows the same decisions in the function's own records.
func (t *demoRun) logs(ctx context.Context) error {
	t.title("Logs: what did the function do, and why?")
	var records json.RawMessage
	err := t.command(ctx, &records, "logs", "--prefix", demoPrefix)
	for line := range bytes.Lines(records) {
		t.output.Logs = append(t.output.Logs, json.RawMessage(line))
	}
	if seen := len(t.output.Logs); err == nil && t.JSON && seen < demoTasks {
		return fmt.Errorf("%d tasks were interrupted, and there are %d records", demoTasks, seen)
	}
	return err
}

func (t *demoRun) installAgain(ctx context.Context) error {
	t.title("Install again: nothing to change, nothing written")
	t.server.ForgetCalls()
	if err := t.command(ctx, &t.output.Reinstall, "install", "--prefix", demoPrefix); err != nil {
		return err
	}
	for _, call := range t.server.Calls() {
		if call.Write() {
			return fmt.Errorf("the second install called %s", call)
		}
	}
	return nil
}

func (t *demoRun) uninstall(ctx context.Context) error {
	t.title("Uninstall: the account is as it was before")
	if err := t.command(ctx, &t.output.Uninstall, "uninstall", "--prefix", demoPrefix, "--yes"); err != nil {
		return err
	}
	after, err := t.inventory(ctx)
	if err != nil {
		return err
	}
	if after != t.before {
		return fmt.Errorf("the account had %s before, and now has %s", t.before, after)
	}
	t.Out.Print(t.Out.Line("  ", "Before and after: "+after+" in the account.", t.Out.Unpainted))
	return nil
}

// command runs this binary on the local AWS, as a user would. With JSON output it stores its output in result.
func (t *demoRun) command(ctx context.Context, result *json.RawMessage, args ...string) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding this program: %w", err)
	}
	t.Out.Printf("%s\n\n", t.Out.Bold("$ spothandler "+strings.Join(args, " ")))
	var output bytes.Buffer
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Stdout, cmd.Stderr = t.Stdout, t.Stderr
	if t.JSON {
		cmd.Args, cmd.Stdout = append(cmd.Args, "-o", "json"), &output
	}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 3 * time.Second
	cmd.Env = withoutAWS(t.Environ)
	for _, v := range Environment(t.url, Region, t.key) {
		cmd.Env = append(cmd.Env, v.String())
	}
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return &apperr.Error{Code: apperr.CodeFailed, Message: fmt.Sprintf("spothandler %s: %v", strings.Join(args, " "), err), Err: err}
	}
	*result = output.Bytes()
	return nil
}

// withoutAWS returns the environment without everything that could point a command to another AWS.
func withoutAWS(env []string) []string {
	kept := []string{"AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull}
	for _, entry := range env {
		if !strings.HasPrefix(entry, "AWS_") && !strings.HasPrefix(entry, input.EnvPrefix) {
			kept = append(kept, entry)
		}
	}
	return kept
}
