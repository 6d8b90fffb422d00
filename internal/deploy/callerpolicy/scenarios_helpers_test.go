package callerpolicy_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/localaws"
)

// Settings of the installation that the commands find.
const (
	plain    = "--tag Team=web --cluster shop --reserved-concurrency 2"
	optional = "--vpc-subnet " + aSubnet + " --vpc-security-group sg-0a1b2c3d --permissions-boundary " + aBoundary + " --kms-key " + aKey +
		" --on-failure arn:aws:sqs:us-east-1:111122223333:failed --tracing Active"
	// policyOptional are those that the policy must contain.
	policyOptional = "--vpc-subnet " + aSubnet + " --permissions-boundary " + aBoundary + " --kms-key " + aKey
)

// scenario is a policy with all commands that its holder runs.
type scenario struct {
	policy string // the command line that it is printed for
	beyond string // another policy whose actions are proved elsewhere; "" if none
	steps  []step
	quiet  map[string]string // actions whose denial is not reported, and why
}

// step is one command, run in a certain state of the account.
type step struct {
	state   state
	command string
	exit    int
}

// state is how an administrator, or another tool, changed the account.
type state struct {
	name    string
	prepare func(w *environment)
}

func scenarios() []scenario {
	const install, status, logs, uninstall = "install --prefix prod --wait 1s ", "status --prefix prod", "logs --prefix prod", "uninstall --prefix prod --yes "
	unread := map[string]string{"kms:Decrypt": "uninstall does not need the environment, which GetFunction returns anyway"}
	return []scenario{
		{policy: "install --reserved-concurrency 2 --cluster shop --cluster shpo", steps: installSteps(), quiet: map[string]string{
			"lambda:GetAccountSettings": "Lambda itself denies what it would tell",
		}},
		{policy: "install " + policyOptional, beyond: "install", steps: []step{
			{state: installed("--tag Team=web"), command: install + optional}, // a role without a boundary gets it first
			{state: nothing(), command: install + optional},
			{state: installed(optional), command: install},
			{state: withoutItsBoundary(), command: install},
			{state: installed(optional), command: install + "--kms-key none --vpc-subnet none --vpc-security-group none --tracing PassThrough --on-failure none"},
		}},
		{policy: "doctor", steps: []step{{state: amongServices(), command: "doctor"}}},
		{policy: "simulate", steps: []step{
			{state: amongServices(), command: "simulate --prefix prod --service api"},
			{state: amongServices(), command: "simulate --prefix prod --cluster shop --service api"},
		}},
		{policy: "simulate --for-real", beyond: "simulate", steps: []step{{state: amongServices(), command: "simulate --prefix prod --cluster shop --service api --for-real --yes"}}},
		{policy: "status --cluster shop --cluster shpo", steps: []step{
			{state: installed(plain), command: status},
			{state: installed("--cluster shpo"), command: status, exit: 2},
			{state: roleDeleted(), command: status, exit: 2},
		}},
		{policy: "status --no-history --cluster shop", beyond: "status --cluster shop", steps: []step{
			{state: installed(plain), command: status + " --no-history"},
			{state: roleDeleted(), command: status + " --no-history", exit: 2},
		}},
		{policy: "status --all-regions", steps: []step{
			{state: installed(plain), command: "status --all-regions"},
			{state: installed(plain), command: "config init --all-regions"},
			{state: installed("--cluster shpo"), command: "status --all-regions", exit: 2},
			{state: roleDeleted(), command: "status --all-regions", exit: 2},
			{state: roleDeleted(), command: "status", exit: 2},
		}},
		{policy: "status " + policyOptional, beyond: "status", steps: []step{{state: installed(optional), command: status}}},
		{policy: "logs", steps: []step{{state: installed(plain), command: logs}, {state: keptLogs(), command: logs}}},
		{policy: "report", steps: []step{{state: afterInterruptions(), command: "report --prefix prod"}, {state: keptLogs(), command: "report --prefix prod"}}},
		{policy: "uninstall", steps: []step{{state: installed(plain), command: uninstall}, {state: nothing(), command: uninstall}}},
		{policy: "uninstall " + policyOptional, beyond: "uninstall", steps: []step{{state: installed(optional), command: uninstall}}, quiet: unread},
		{policy: "uninstall --keep-logs", steps: []step{{state: installed(plain), command: uninstall + "--keep-logs"}, {state: nothing(), command: uninstall + "--keep-logs"}}},
		{policy: "uninstall --force", steps: []step{{state: withAdditions(), command: uninstall + "--force"}, {state: nothing(), command: uninstall + "--force"}}},
	}
}

// installSteps are all situations that an install can find.
func installSteps() []step {
	const install = "install --prefix prod --wait 1s "
	steps := []step{
		{state: nothing(), command: install + plain},
		{state: installed(plain), command: install},
		{state: installed(plain), command: install + "--tag none --reserved-concurrency -1 --log-retention-days 0 --cluster all --timeout 30"},
		{state: installed("--log-retention-days 0"), command: install + "--log-retention-days 7 " + plain},
		{state: installed(plain), command: "upgrade --prefix prod"},
		{state: keptLogs(), command: install},
		{state: installed(plain), command: install + "--cluster shpo"},
		{state: withABoundary(), command: install + "--permissions-boundary none"},
	}
	for _, each := range outOfBand() {
		steps = append(steps, step{command: install, state: state{each.name, func(w *environment) {
			installed(plain).prepare(w)
			w.edit(each.change)
		}}})
	}
	return steps
}

func nothing() state {
	return state{"nothing is installed", func(w *environment) { w.admin("uninstall --prefix prod --yes --force") }}
}

// installed returns a state with an installation with these settings, and otherwise the defaults.
func installed(settings string) state {
	return state{"installed " + settings, func(w *environment) {
		for _, kept := range []string{"--permissions-boundary", "--on-failure"} { // --reset does not remove these
			if !strings.Contains(settings, kept) {
				settings += " " + kept + " none"
			}
		}
		w.admin("install --prefix prod --reset " + settings)
	}}
}

// withABoundary has a boundary that the settings do not have; install only removes it on request.
func withABoundary() state {
	return state{"the role got a boundary out of band", func(w *environment) {
		installed(plain).prepare(w)
		w.edit(func(ctx context.Context, c clients, n resource.Names) error {
			_, err := c.iam.PutRolePermissionsBoundary(ctx, &iam.PutRolePermissionsBoundaryInput{RoleName: &n.Role, PermissionsBoundary: ptr(aBoundary)})
			return err
		})
	}}
}

// roleDeleted has everything but the role.
func roleDeleted() state {
	return state{"the role was deleted", func(w *environment) {
		installed(plain).prepare(w)
		for _, each := range deletions() {
			if each.name == "role deleted" {
				w.edit(each.change)
			}
		}
	}}
}

// withoutItsBoundary lost the boundary that the settings have.
func withoutItsBoundary() state {
	return state{"the boundary was removed out of band", func(w *environment) {
		installed(optional).prepare(w)
		w.edit(func(ctx context.Context, c clients, n resource.Names) error {
			_, err := c.iam.DeleteRolePermissionsBoundary(ctx, &iam.DeleteRolePermissionsBoundaryInput{RoleName: &n.Role})
			return err
		})
	}}
}

// amongServices has an installation and what doctor reads around it: a service with an image, a standalone
// task, and another owner's rule that matches the same events.
func amongServices() state {
	return state{"among services", func(w *environment) {
		installed(plain).prepare(w)
		_ = w.server.Seed( // it may exist already
			localaws.Service{Cluster: "shop", Name: "api", Desired: 2, OnDemand: 1, Drain: 60, LeastTasks: 2, Container: map[string]any{
				"image": "111122223333.dkr.ecr.us-east-1.amazonaws.com/api:1",
			}},
			localaws.Service{Cluster: "shop", Name: "job", Desired: 1, Standalone: true},
		)
		w.edit(func(ctx context.Context, c clients, n resource.Names) error {
			_, err := c.events.PutRule(ctx, &eventbridge.PutRuleInput{Name: ptr("theirs"), EventPattern: ptr(`{"source":["aws.ecs"]}`)})
			theirs := n
			theirs.Rule = "theirs"
			return errors.Join(err, putTarget(ctx, c, theirs, "theirs", n.FunctionARN()+"-2"))
		})
	}}
}

// afterInterruptions has the records of two redeployments; ECS returned the service deployment of one.
func afterInterruptions() state {
	return state{"after interruptions", func(w *environment) {
		amongServices().prepare(w)
		w.edit(func(ctx context.Context, c clients, n resource.Names) error {
			stream, now := ptr("records"), time.Now()
			_, _ = c.logs.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &n.LogGroup, LogStreamName: stream}) // it may exist already
			var lines []types.InputLogEvent
			for _, serviceDeployment := range []string{"", n.ARN("ecs", n.Region, "service-deployment/shop/api/0123456789")} {
				line, _ := json.Marshal(handler.Record{
					Timestamp: handler.Time{Time: now}, Level: "INFO", Message: handler.MessageRedeployed, EventTime: handler.Time{Time: now},
					Cluster: n.ClusterARN("shop"), Service: "api", TaskARN: n.ARN("ecs", n.Region, "task/shop/0123456789"),
					Action: handler.ActionRedeploy, Reason: handler.ReasonRedeploy, Applied: true, ServiceDeployment: serviceDeployment,
				})
				lines = append(lines, types.InputLogEvent{Message: ptr(string(line)), Timestamp: aws.Int64(now.UnixMilli())})
			}
			_, err := c.logs.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{LogGroupName: &n.LogGroup, LogStreamName: stream, LogEvents: lines})
			return err
		})
	}}
}

func keptLogs() state {
	return state{"the logs were kept", func(w *environment) {
		installed(plain).prepare(w)
		w.admin("uninstall --prefix prod --yes --keep-logs")
	}}
}

// withAdditions has additions to role, function and rule that only --force removes.
func withAdditions() state {
	return state{"others have added something", func(w *environment) {
		installed(plain).prepare(w)
		w.edit(func(ctx context.Context, c clients, n resource.Names) error {
			profile := ptr("machines")
			_, put := c.iam.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: &n.Role, PolicyName: ptr("theirs"), PolicyDocument: ptr(everything)})
			_, attach := c.iam.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: &n.Role, PolicyArn: ptr("arn:aws:iam::aws:policy/ReadOnlyAccess")})
			_, _ = c.iam.CreateInstanceProfile(ctx, &iam.CreateInstanceProfileInput{InstanceProfileName: profile})                          // it may exist already
			_, _ = c.iam.AddRoleToInstanceProfile(ctx, &iam.AddRoleToInstanceProfileInput{InstanceProfileName: profile, RoleName: &n.Role}) // and may contain the role
			_, _ = c.lambda.CreateEventSourceMapping(ctx, &lambda.CreateEventSourceMappingInput{                                            // it may exist already, too
				FunctionName: &n.Function, EventSourceArn: ptr("arn:aws:sqs:us-east-1:444455556666:theirs"),
			})
			return errors.Join(put, attach, putTarget(ctx, c, n, "theirs", n.FunctionARN()+"-2"))
		})
	}}
}

const everything = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
