package deploy

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

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
	options.Existing = []string{aBoundary, aQueue, aTopic} // settings may name these
	deploytest.Run(t, options, func(t *testing.T, server *localaws.Server) {
		a := &account{Server: server, id: deploytest.Identity(), release: testRelease(t, "1.0.0")}
		a.connect(server)
		test(t, a)
	})
}

// connect gives the account clients with this transport.
func (a *account) connect(way http.RoundTripper) {
	config := a.Config()
	config.HTTPClient = &http.Client{Transport: way}
	a.clients = resource.Clients{
		IAM: iam.NewFromConfig(config), Logs: cloudwatchlogs.NewFromConfig(config),
		Lambda: lambda.NewFromConfig(config), Events: eventbridge.NewFromConfig(config),
	}
}

// testRelease returns a release whose code is a real zip, different for each version.
func testRelease(t *testing.T, version string) resource.Release {
	t.Helper()
	zip, sum := deploytest.Zip(t, "bootstrap", "code of "+version)
	return resource.Release{Version: version, CodeSHA256: sum, Zip: zip}
}

// given returns settings as given by flags: name, value, name, value. A repeated name is a list.
func given(words ...string) settings.Given { return deploytest.Given(words...) }

// find returns what a command finds; an error ends the test.
func (a *account) find(t *testing.T, prefix string, asked settings.Given) *Installation {
	t.Helper()
	found, err := Find(t.Context(), a.clients, a.id, prefix, asked)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// prepare returns an install that is about to write, with --adopt.
func (a *account) prepare(ctx context.Context, prefix string, asked settings.Given) (*Install, error) {
	return PrepareInstall(ctx, a.clients, a.id, InstallRequest{
		Prefix: prefix, Given: asked, Adopt: true, Version: a.release.Version,
		Release: func(string) (resource.Release, error) { return a.release, nil },
	})
}

// plan returns what an install would change.
func (a *account) plan(t *testing.T, prefix string, asked settings.Given) (resource.Names, []resource.Change) {
	t.Helper()
	install, err := a.prepare(t.Context(), prefix, asked)
	if err != nil {
		t.Fatal(err)
	}
	return install.Found.Names, install.Changes
}

// tryInstall installs and returns the number of applied changes.
func (a *account) tryInstall(ctx context.Context, prefix string, asked settings.Given) (int, error) {
	install, err := a.prepare(ctx, prefix, asked)
	if err != nil {
		return 0, err
	}
	done, err := install.Apply(ctx, resource.Options{})
	if err != nil {
		return done, err
	}
	return done, install.Verify(ctx, 0)
}

func (a *account) install(t *testing.T, prefix string, asked settings.Given) {
	t.Helper()
	if _, err := a.tryInstall(t.Context(), prefix, asked); err != nil {
		t.Fatal(err)
	}
	if _, left := a.plan(t, prefix, nil); len(left) > 0 {
		t.Fatalf("after the install there is still %s", deploytest.Printed(left))
	}
}

// tryUninstall does what uninstall --force does.
func (a *account) tryUninstall(ctx context.Context, prefix string, keepLogs bool) error {
	uninstall, err := PrepareUninstall(ctx, a.clients, a.id, UninstallRequest{Prefix: prefix, KeepLogs: keepLogs, Force: true})
	if err != nil {
		return err
	}
	if _, err := uninstall.Apply(ctx, resource.Options{}); err != nil {
		return err
	}
	return uninstall.Verify(ctx, 0)
}

func (a *account) uninstall(t *testing.T, prefix string, keepLogs bool) {
	t.Helper()
	if err := a.tryUninstall(t.Context(), prefix, keepLogs); err != nil {
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
	if found.Found() || len(found.owned().IDs()) > 0 {
		t.Errorf("still there: %s", deploytest.Printed(resource.Plan(resource.State{}, found.State)))
	}
}

// jsonText returns a value as JSON.
func jsonText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// desiredFor returns the state for these settings in an empty account with prefix prod.
func desiredFor(t *testing.T, asked settings.Given) resource.State {
	t.Helper()
	const prefix = "prod"
	spec := settings.Defaults(prefix)
	if err := asked.Apply(&spec); err != nil {
		t.Fatal(err)
	}
	want, err := resource.Desired(resource.NewNames(deploytest.Identity(), prefix, spec.FunctionName, spec.RuleName), spec, embedded())
	if err != nil {
		t.Fatal(err)
	}
	return want
}

// installed returns what Observe finds after an install with a tag.
func installed(t *testing.T) resource.State {
	t.Helper()
	have := desiredFor(t, given("tag", "Team=web"))
	have.DropTags = nil
	have.Role.Created = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	have.Function.Modified = have.Role.Created.Add(300 * time.Millisecond)
	return have
}
