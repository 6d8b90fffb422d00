package callerpolicy_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/spothandler/spothandler/embed"
	"github.com/spothandler/spothandler/internal/cli"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/localaws"
	"github.com/spothandler/spothandler/internal/testaws"
)

const (
	adminKey  = "AKIAADMIN"  // may do everything
	callerKey = "AKIACALLER" // may do what allow sets
)

// environment is an AWS account with IAM enforcement that runs the commands.
type environment struct {
	*testing.T
	server   *localaws.Server
	policies map[string]string // by access key ID
	state    string            // the last state set by setState
}

// newEnvironment returns an empty account that is immediately consistent. The test cannot run in parallel
// with others, because the commands find their credentials in environment variables.
func newEnvironment(t *testing.T) *environment {
	t.Helper()
	if _, err := embed.Archive("arm64"); errors.Is(err, embed.ErrNotBuilt) {
		t.Skip(err)
	}
	w := &environment{T: t, policies: map[string]string{callerKey: "{}"}}
	w.server = localaws.New(localaws.Options{
		Account: deploytest.Identity().Account, Region: deploytest.Identity().Region, Delays: &localaws.Delays{}, Policies: w.policies,
		InProcess: func(getenv func(string) string, out io.Writer) (localaws.Handler, error) {
			return w.function(getenv, out)
		},
		Existing: []string{aBoundary, aBoundary + "-2", "arn:aws:sqs:us-east-1:111122223333:failed"},
	})
	url, err := w.server.URL()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ecs.NewFromConfig(w.server.Config()).CreateCluster(t.Context(), &ecs.CreateClusterInput{ClusterName: ptr("shop")}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.server.Close(); err != nil {
			t.Error(err)
		}
	})
	testaws.SetHome(t, "", map[string]string{"AWS_ENDPOINT_URL": url, "AWS_REGION": deploytest.Identity().Region, "AWS_EC2_METADATA_DISABLED": "true"})
	return w
}

// function is the installed function.
func (w *environment) function(getenv func(string) string, out io.Writer) (localaws.Handler, error) {
	config, err := handler.ConfigFromEnv(getenv)
	if err != nil {
		return nil, err
	}
	h := handler.New(config, ecs.NewFromConfig(w.server.Config()), cloudwatchlogs.NewFromConfig(w.server.Config()), out)
	return func(ctx context.Context, event json.RawMessage) (any, error) { return h.Handle(ctx, event) }, nil
}

// allow replaces the caller's policy.
func (w *environment) allow(policy string) { w.server.SetPolicy(callerKey, policy) }

// printed returns the policy that the command line prints for these commands and settings.
func (w *environment) printed(arguments string) string {
	w.Helper()
	if !strings.Contains(arguments, "--all-regions") {
		arguments += " --prefix " + prefix
	}
	w.Setenv("AWS_ACCESS_KEY_ID", adminKey)
	var policy, warnings bytes.Buffer
	line := strings.Fields("policy " + arguments + " --account " + deploytest.Identity().Account)
	if code := cli.Run(w.Context(), line, command.NewStreams(strings.NewReader(""), &policy, &warnings)); code != 0 {
		w.Fatal(warnings.String())
	}
	return policy.String()
}

// run runs a command and returns its output and exit code.
func (w *environment) run(key, command string) (said string, code int) {
	w.Helper()
	return w.runWords(key, strings.Fields(command)...)
}

func (w *environment) runWords(key string, words ...string) (said string, code int) {
	w.Helper()
	w.Setenv("AWS_ACCESS_KEY_ID", key)
	var out bytes.Buffer
	code = cli.Run(w.Context(), words, command.NewStreams(strings.NewReader(""), &out, &out))
	return out.String(), code
}

// admin runs a command as the administrator, which must succeed.
func (w *environment) admin(command string) {
	w.Helper()
	if said, code := w.run(adminKey, command); code != 0 {
		w.Fatalf("spothandler %s exits with %d:\n%s", command, code, said)
	}
}

// setState puts the account into a state. It does nothing if the account is still in it, according to the calls
// since the last ForgetCalls.
func (w *environment) setState(s state) {
	w.Helper()
	changed := slices.ContainsFunc(w.server.Calls(), func(call localaws.Call) bool { return call.Write() && call.Code == "" })
	if w.state == s.name && !changed {
		return
	}
	s.prepare(w)
	w.state = s.name
}

// checkedActions returns, sorted, the actions that IAM checked for the caller's calls, and those that it denied.
func (w *environment) checkedActions() (all, denied []string) {
	for _, call := range w.server.Calls() {
		for _, permission := range call.Permissions {
			all = append(all, permission.Action)
			if !permission.Allowed {
				denied = append(denied, permission.Action)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all), denied
}

// clients are an administrator's clients for changes out of band.
type clients struct {
	iam    *iam.Client
	logs   *cloudwatchlogs.Client
	lambda *lambda.Client
	events *eventbridge.Client
}

func (w *environment) clients(key string) clients {
	config := w.server.Config()
	config.Credentials = credentials.NewStaticCredentialsProvider(key, "secret", "")
	return clients{iam.NewFromConfig(config), cloudwatchlogs.NewFromConfig(config), lambda.NewFromConfig(config), eventbridge.NewFromConfig(config)}
}

// edit makes an out-of-band change, which must succeed.
func (w *environment) edit(change func(ctx context.Context, c clients, n resource.Names) error) {
	w.Helper()
	if err := change(w.Context(), w.clients(adminKey), names()); err != nil {
		w.Fatal(err)
	}
}

func ptr(text string) *string { return &text }
