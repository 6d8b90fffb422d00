package scenario_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/localaws"
	"github.com/spothandler/spothandler/internal/session"
)

// account is an in-memory AWS account with a caller. It runs in a bubble of virtual time, so that waits cost
// nothing.
type account struct {
	*localaws.Server
	clients resource.Clients
	id      session.Identity
	release resource.Release
}

// inAccount runs a test in an empty account that is immediately consistent.
func inAccount(t *testing.T, test func(t *testing.T, a *account)) {
	t.Helper()
	inAccountWith(t, localaws.Options{Delays: &localaws.Delays{}}, test)
}

func inAccountWith(t *testing.T, options localaws.Options, test func(t *testing.T, a *account)) {
	t.Helper()
	options.Existing = []string{aBoundary, aQueue} // settings may name these
	deploytest.Run(t, options, func(t *testing.T, server *localaws.Server) {
		a := &account{Server: server, id: deploytest.Identity(), release: testRelease(t, "1.0.0")}
		a.connect(server)
		test(t, a)
	})
}

// connect gives the account clients with this transport.
func (a *account) connect(transport http.RoundTripper) {
	config := a.Config()
	config.HTTPClient = &http.Client{Transport: transport}
	a.clients = resource.Clients{
		IAM: iam.NewFromConfig(config), Logs: cloudwatchlogs.NewFromConfig(config),
		Lambda: lambda.NewFromConfig(config), Events: eventbridge.NewFromConfig(config),
	}
}

// find returns what a command finds; an error ends the test.
func (a *account) find(t *testing.T, prefix string, asked settings.Given) *deploy.Installation {
	t.Helper()
	found, err := deploy.Find(t.Context(), a.clients, a.id, prefix, asked)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// prepare returns an install that is about to write, with --adopt.
func (a *account) prepare(ctx context.Context, prefix string, asked settings.Given) (*deploy.Install, error) {
	return deploy.PrepareInstall(ctx, a.clients, a.id, deploy.InstallRequest{
		Prefix: prefix, Given: asked, Adopt: true, Version: a.release.Version,
		Release: func(string) (resource.Release, error) { return a.release, nil },
	})
}

// plan returns what an install would change.
func (a *account) plan(t *testing.T, prefix string, asked settings.Given) []resource.Change {
	t.Helper()
	install, err := a.prepare(t.Context(), prefix, asked)
	if err != nil {
		t.Fatal(err)
	}
	return install.Changes
}

// tryInstall does what install does.
func (a *account) tryInstall(ctx context.Context, prefix string, asked settings.Given) error {
	install, err := a.prepare(ctx, prefix, asked)
	if err != nil {
		return err
	}
	if _, err := install.Apply(ctx, resource.Options{}); err != nil {
		return err
	}
	return install.Verify(ctx, 0)
}

func (a *account) install(t *testing.T, prefix string, asked settings.Given) {
	t.Helper()
	if err := a.tryInstall(t.Context(), prefix, asked); err != nil {
		t.Fatal(err)
	}
	if left := a.plan(t, prefix, nil); len(left) > 0 {
		t.Fatalf("after the install %s remains", deploytest.Printed(left))
	}
}

// tryUninstall does what uninstall does.
func (a *account) tryUninstall(ctx context.Context, prefix string) error {
	uninstall, err := deploy.PrepareUninstall(ctx, a.clients, a.id, deploy.UninstallRequest{Prefix: prefix})
	if err != nil {
		return err
	}
	if _, err := uninstall.Apply(ctx, resource.Options{}); err != nil {
		return err
	}
	return uninstall.Verify(ctx, 0)
}

func (a *account) uninstall(t *testing.T, prefix string) {
	t.Helper()
	if err := a.tryUninstall(t.Context(), prefix); err != nil {
		t.Fatal(err)
	}
}

// calls returns the calls since the last ForgetCalls that match, as "iam:GetRole".
func (a *account) calls(fit func(localaws.Call) bool) []string {
	var names []string
	for _, call := range a.Calls() {
		if fit(call) {
			names = append(names, call.String())
		}
	}
	return names
}

func writes(c localaws.Call) bool { return c.Write() }

// count returns how often a call was made.
func (a *account) count(name string) int {
	return len(a.calls(func(c localaws.Call) bool { return c.String() == name }))
}

// isEmpty checks that nothing of an installation is left.
func (a *account) isEmpty(t *testing.T, prefix string) {
	t.Helper()
	found := a.find(t, prefix, nil)
	if found.Found() {
		t.Errorf("still there: %s", deploytest.Printed(resource.Plan(resource.State{}, found.State)))
	}
}

// resolved returns the settings of an installation.
func resolved(t *testing.T, found *deploy.Installation) settings.Spec {
	t.Helper()
	spec, _, err := found.Resolve(nil, false)
	if err != nil {
		t.Fatal(err)
	}
	return spec
}
