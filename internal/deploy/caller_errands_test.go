package deploy

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	events "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/spothandler/spothandler/internal/localaws"
)

// pipeline is a caller in an administrator's account who may do what policy says.
type pipeline struct {
	*account
	admin *account
	allow func(policy string)
}

// withPipeline gives one that may do nothing yet.
func withPipeline(t *testing.T, test func(t *testing.T, p pipeline)) {
	t.Helper()
	const key = "AKIAPIPELINE"
	policies := map[string]string{key: "{}"}
	inAccountWith(t, localaws.Options{Delays: &localaws.Delays{}, Policies: policies}, func(t *testing.T, admin *account) {
		config := admin.Config()
		config.Credentials = credentials.NewStaticCredentialsProvider(key, "secret", "")
		caller := *admin
		caller.clients = Clients{
			IAM: iam.NewFromConfig(config), Logs: cloudwatchlogs.NewFromConfig(config),
			Lambda: lambda.NewFromConfig(config), Events: eventbridge.NewFromConfig(config),
		}
		test(t, pipeline{&caller, admin, func(policy string) { policies[key] = policy }})
	})
}

// errand is one that has a policy of its own: what has to be there before it, and the errand itself.
type errand struct {
	name string
	Errand
	settings Given // that the policy is for
	before   func(t *testing.T, admin *account)
	do       func(p pipeline, ctx context.Context, t *testing.T) error
}

// rights are the actions of its policy; with settings those that it has beyond the policy without.
func (e errand) rights(t *testing.T) []string {
	t.Helper()
	actions := actionsOf(t, e.policy(t, handsNames()))
	if e.settings == nil {
		return actions
	}
	plain := actionsOf(t, callerPolicy(t, handsNames(), Defaults(handsPrefix), e.Errand))
	return slices.DeleteFunc(actions, func(action string) bool { return slices.Contains(plain, action) })
}

// policy is that of the errand at the installation of these names.
func (e errand) policy(t *testing.T, names Names) string {
	t.Helper()
	spec := Defaults(names.Prefix)
	if err := e.settings.Apply(&spec); err != nil {
		t.Fatal(err)
	}
	return callerPolicy(t, names, spec, e.Errand)
}

// errands are the commands, each with all that it can come upon. shortly leaves out what asks for no further rights.
func errands(shortly bool) []errand {
	uninstall := func(flags string) func(pipeline, context.Context, *testing.T) error {
		return func(p pipeline, ctx context.Context, _ *testing.T) error {
			return errors.Join(p.runUninstall(ctx, flags), p.runUninstall(ctx, flags))
		}
	}
	return []errand{
		{"install", Errand{Install: true}, nil, emptied, func(p pipeline, ctx context.Context, t *testing.T) error { return p.installsOf(ctx, t, shortly) }},
		{"install with further settings", Errand{Install: true}, further(), installedAlready, pipeline.furtherInstalls},
		{"status", Errand{Status: true}, nil, installedAlready, pipeline.runStatus},
		{"status with further settings", Errand{Status: true}, further(), furtherAlready, pipeline.runStatus},
		{"uninstall", Errand{Uninstall: true}, nil, installedAlready, uninstall("")},
		{"uninstall with further settings", Errand{Uninstall: true}, further(), furtherAlready, uninstall("")},
		{"uninstall --keep-logs", Errand{Uninstall: true, KeepLogs: true}, nil, installedAlready, uninstall("--keep-logs")},
		{"uninstall --force", Errand{Uninstall: true, Force: true}, nil, withAdditions, uninstall("--force")},
	}
}

func emptied(t *testing.T, admin *account) {
	t.Helper()
	admin.uninstall(t, handsPrefix, false)
}

func installedAlready(t *testing.T, admin *account) {
	t.Helper()
	settings := noneFurther() // of an errand before
	maps.Copy(settings, handsSettings())
	if _, err := admin.tryInstall(t.Context(), t, handsPrefix, settings); err != nil {
		t.Fatal(err)
	}
}

func furtherAlready(t *testing.T, admin *account) {
	t.Helper()
	if _, err := admin.tryInstall(t.Context(), t, handsPrefix, further()); err != nil {
		t.Fatal(err)
	}
}

// withAdditions has on role and rule what only --force takes along.
func withAdditions(t *testing.T, admin *account) {
	t.Helper()
	installedAlready(t, admin)
	names := handsNames()
	addTarget(t, admin, "mine", names.FunctionARN()+"-2")
	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`
	_, put := admin.clients.IAM.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: &names.Role, PolicyName: aws.String("mine"), PolicyDocument: &policy})
	_, attach := iam.NewFromConfig(admin.Config()).AttachRolePolicy(t.Context(), &iam.AttachRolePolicyInput{
		RoleName: &names.Role, PolicyArn: aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess"),
	})
	if err := errors.Join(put, attach, admin.intoProfile(t, "machines", names.Role)); err != nil {
		t.Fatal(err)
	}
}

func addTarget(t *testing.T, admin *account, id, arn string) {
	t.Helper()
	rule := handsNames().Rule
	_, err := admin.clients.Events.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: &rule, Targets: []events.Target{{Id: &id, Arn: &arn}}})
	if err != nil {
		t.Fatal(err)
	}
}

// runInstall does what the command does.
func (p pipeline) runInstall(ctx context.Context, release Release, settings Given) error {
	names, want, err := p.converge(ctx, release, settings)
	if err != nil {
		return err
	}
	found, err := Look(ctx, p.clients, p.id, names.Prefix, settings)
	if err != nil {
		return err
	}
	if left := Plan(want, found.State); len(left) > 0 {
		return fmt.Errorf("after the install there is still %s", printed(left))
	}
	_, err = List(ctx, p.clients, p.id)
	return err
}

// converge is an install that does not look again.
func (p pipeline) converge(ctx context.Context, release Release, settings Given) (Names, State, error) {
	found, err := Look(ctx, p.clients, p.id, handsPrefix, settings)
	if err != nil {
		return Names{}, State{}, err
	}
	if err := found.CheckReadable(); err != nil {
		return Names{}, State{}, err
	}
	spec, _, err := found.Resolve(settings, false)
	if err != nil {
		return Names{}, State{}, err
	}
	want, err := Desired(found.Names, spec, release)
	if err != nil {
		return Names{}, State{}, err
	}
	_, err = Apply(ctx, p.clients, found.Names, Plan(want, found.State), Options{})
	return found.Names, want, err
}

// runStatus does what the command does.
func (p pipeline) runStatus(ctx context.Context, _ *testing.T) error {
	all, err := List(ctx, p.clients, p.id)
	if err != nil {
		return err
	}
	found, err := Look(ctx, p.clients, p.id, handsPrefix, nil)
	if err != nil {
		return err
	}
	status, err := Assess(found, p.release, all)
	if err == nil && (!status.Healthy || len(status.Warnings) > 0) {
		err = fmt.Errorf("it has %v %q", status.Problems, status.Warnings)
	}
	return err
}

// runUninstall does what the command does.
func (p pipeline) runUninstall(ctx context.Context, flags string) error {
	keepLogs, force := flags == "--keep-logs", flags == "--force"
	found, err := LookToRemove(ctx, p.clients, p.id, handsPrefix, nil)
	if err != nil {
		return err
	}
	if err := found.CheckRemovable(force, keepLogs); err != nil {
		return err
	}
	if _, err := Apply(ctx, p.clients, found.Names, Removal(found.WithoutStrangers(), handsPrefix, keepLogs), Options{}); err != nil {
		return err
	}
	if found, err = LookToRemove(ctx, p.clients, p.id, handsPrefix, nil); err != nil {
		return err
	}
	if found.Found() {
		return errors.New("there is something left")
	}
	_, err = List(ctx, p.clients, p.id) // as where there is nothing to remove
	return err
}

// installsOf are all the ways of an install: into nothing, again, with other settings, after a hand's changes and
// deletions, of a newer version, and onto a log group that was kept.
func (p pipeline) installsOf(ctx context.Context, t *testing.T, shortly bool) error {
	t.Helper()
	first, second := p.release, testRelease(t, "1.1.0")
	other := given("tag", "none", "reserved-concurrency", "-1", "log-retention-days", "0", "cluster", "all", "timeout", "30")
	install := func(release Release, settings Given) step {
		return step{true, func() error { return p.runInstall(ctx, release, settings) }}
	}
	return inOrder(
		install(first, handsSettings()),
		install(first, nil),
		install(first, other),
		install(first, handsSettings()),
		step{true, func() error { return p.heal(ctx, t, shortly) }},
		install(second, nil),
		step{true, func() error { p.admin.uninstall(t, handsPrefix, true); return nil }},
		install(second, nil),
	)
}

// furtherInstalls are those of settings that name what others have made: onto an installation without them, onto
// nothing, and of their removal as far as the policy goes, which has the boundary stay.
func (p pipeline) furtherInstalls(ctx context.Context, t *testing.T) error {
	t.Helper()
	if err := p.runInstall(ctx, p.release, further()); err != nil {
		return err
	}
	p.admin.uninstall(t, handsPrefix, false)
	if err := p.runInstall(ctx, p.release, further()); err != nil {
		return err
	}
	return p.runInstall(ctx, p.release, given("kms-key", "none", "vpc-subnet", "none", "vpc-security-group", "none", "tracing", "PassThrough"))
}

// heal has changes and deletions by hand healed, one at a time, and at last what settings do not have, and a second
// target that is the function.
func (p pipeline) heal(ctx context.Context, t *testing.T, shortly bool) error {
	t.Helper()
	for _, hand := range everyChange() {
		if hand.fields == nil || shortly && hand.name != "trust" && hand.name != "any rule" {
			continue
		}
		if hand.name == "function's key" { // nobody may read what it encrypts without the rights of --kms-key
			continue
		}
		if err := hand.change(t, p.admin, handsNames()); err != nil {
			t.Fatal(err)
		}
		if _, _, err := p.converge(ctx, p.release, nil); err != nil {
			return fmt.Errorf("%s: %w", hand.name, err)
		}
	}
	for _, kind := range Kinds() {
		if shortly && kind != KindRole {
			continue
		}
		p.admin.deleteByHand(t, kind, handsNames())
		if _, _, err := p.converge(ctx, p.release, nil); err != nil {
			return fmt.Errorf("%s deleted: %w", kind, err)
		}
	}
	addTarget(t, p.admin, "twin", handsNames().FunctionARN())
	encloseByHand(t, p.admin)
	return p.runInstall(ctx, p.release, nil)
}

// encloseByHand gives role and log group what the settings do not have.
func encloseByHand(t *testing.T, admin *account) {
	t.Helper()
	names := handsNames()
	_, boundary := admin.clients.IAM.PutRolePermissionsBoundary(t.Context(), &iam.PutRolePermissionsBoundaryInput{
		RoleName: &names.Role, PermissionsBoundary: aws.String(aBoundary),
	})
	_, key := admin.clients.Logs.AssociateKmsKey(t.Context(), &cloudwatchlogs.AssociateKmsKeyInput{LogGroupName: &names.LogGroup, KmsKeyId: aws.String(aKey)})
	if err := errors.Join(boundary, key); err != nil {
		t.Fatal(err)
	}
}
