package local

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/session"
)

// ruleDelay is longer than a new rule of the local EventBridge takes to take effect.
const ruleDelay = 500 * time.Millisecond

// shownService is a service as the demo shows it.
type shownService struct {
	name             string
	desired, running int32
	primary          string
	deployments      int
	completed        bool
}

// interrupt interrupts three tasks of one service at once, and shows the decisions and the redeployment.
func (t *demoRun) interrupt(ctx context.Context) error {
	t.title(fmt.Sprintf("AWS reclaims %d tasks of %s/%s at once", demoTasks, demoCluster, demoService))
	before, err := t.service(ctx)
	if err != nil {
		return err
	}
	began := nextSecond(time.Now().Add(ruleDelay))
	line := t.Out.StatusLine()
	defer line.Clear()
	line.Set("waiting until the new rule takes effect")
	if err := pause(ctx, time.Until(began)); err != nil {
		return err
	}
	line.Set("waiting until the function has decided and ECS has replaced the tasks")
	tasks, err := t.server.Interrupt(demoCluster, demoService, demoTasks)
	if err != nil {
		return err
	}
	after, err := t.settled(ctx, before)
	if err != nil {
		return err
	}
	decisions, err := t.decisions(ctx)
	if err != nil {
		return err
	}
	line.Clear()
	t.output.Interruption = demoInterruption{demoCluster, demoService, tasks, t.shownDecisions(decisions, began), before.primary, after.primary}
	t.printDecisions(decisions)
	return t.checkRedeployment(before, after)
}

// nextSecond returns the first whole second after a time. The events of an interruption at that time have it as their time, which
// has whole seconds, so that the demo's own table and logs, which counts from the event, show the same durations.
func nextSecond(at time.Time) time.Time { return at.Truncate(time.Second).Add(time.Second) }

func (t *demoRun) checkRedeployment(before, after shownService) error {
	redeployments := 0
	for _, call := range t.server.Calls() {
		if call.Action == "UpdateService" && call.Code == "" {
			redeployments++
		}
	}
	if redeployments != 1 {
		return fmt.Errorf("%d interruptions of one deployment led to %d redeployments, not 1", demoTasks, redeployments)
	}
	if before.primary == after.primary {
		return errors.New("the service has no new deployment")
	}
	st, begin := t.Out.Style, "  "+term.Pad(demoCluster+"/"+after.name, 10)+" "
	t.Out.Printf("\n%s", st.Beside(st.Unpainted(begin), len(begin), before.primary+" → "+after.primary, st.Green))
	t.Out.Print(st.Line(term.Pad("", len(begin)), fmt.Sprintf("%d of %d running, the old tasks have stopped", after.running, after.desired), st.Unpainted))
	return nil
}

// decisions waits until there is one for every delivered event: an invocation that finds another one in progress checks again
// after a few seconds.
func (t *demoRun) decisions(ctx context.Context) ([]handler.Record, error) {
	client := cloudwatchlogs.NewFromConfig(t.server.Config())
	group := resource.NewNames(session.Identity{}, demoPrefix, settings.Defaults("").FunctionName, "").LogGroup
	for {
		response, err := client.FilterLogEvents(ctx, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: &group})
		if err != nil {
			return nil, err
		}
		var found []handler.Record
		tasks := map[string]bool{}
		for _, event := range response.Events {
			if record, ok := handler.ParseRecord([]byte(aws.ToString(event.Message))); ok {
				found = append(found, record)
				tasks[record.TaskARN] = true
			}
		}
		if len(tasks) >= demoTasks && len(found) >= len(t.server.Deliveries()) {
			slices.SortFunc(found, func(a, b handler.Record) int { return a.Timestamp.Compare(b.Timestamp.Time) })
			return found, nil
		}
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return nil, fmt.Errorf("waiting for the function's decisions: %w", err)
		}
	}
}

func (t *demoRun) printDecisions(decisions []handler.Record) {
	t.Out.Printf("  %s\n", t.Out.Dim("after  task      event         the function's decision"))
	for i, d := range decisions {
		shown, sign := t.output.Interruption.Decisions[i], term.Quiet
		switch {
		case d.Applied:
			sign = term.OK
		case d.Level == "ERROR":
			sign = term.Failed
		}
		task := handler.NameOf(d.TaskARN)
		t.Out.Printf(" %5.2fs  %s  %s%s%s%s\n", float64(shown.AfterMS)/1000, task[:min(8, len(task))], term.Pad(shown.LastStatus, 12), t.Out.RowStart(sign), d.Reason, shown.remark())
	}
	t.printReasons(decisions)
}

// printReasons explains each reason that occurs in the decisions, in their order.
func (t *demoRun) printReasons(decisions []handler.Record) {
	t.Out.Printf("\n")
	reasons, explained := handler.Reasons(), map[handler.Reason]bool{}
	for _, d := range decisions {
		at := slices.IndexFunc(reasons, func(known handler.ReasonText) bool { return known.Reason == d.Reason })
		if at < 0 || explained[d.Reason] {
			continue
		}
		explained[d.Reason] = true
		begin := "  " + term.Pad(string(d.Reason), 20) + " "
		t.Out.Print(t.Out.Beside(t.Out.Unpainted(begin), len(begin), reasons[at].Text, t.Out.Dim))
	}
}

// eventStatuses returns the task's status in each delivered event, by the event's ID.
func (t *demoRun) eventStatuses() map[string]string {
	statuses := map[string]string{}
	for _, delivery := range t.server.Deliveries() {
		event := handler.Parse(delivery.Event)
		statuses[event.EventID] = event.LastStatus
	}
	return statuses
}

// settled waits until the service has completed a new deployment.
func (t *demoRun) settled(ctx context.Context, before shownService) (shownService, error) {
	for {
		service, err := t.service(ctx)
		if err != nil || service.primary != before.primary && service.completed && service.deployments == 1 && service.running == service.desired {
			return service, err
		}
		if err := pause(ctx, 200*time.Millisecond); err != nil {
			return service, fmt.Errorf("waiting for the new tasks: %w", err)
		}
	}
}

func (t *demoRun) service(ctx context.Context) (shownService, error) {
	services, err := t.describe(ctx)
	if err != nil {
		return shownService{}, err
	}
	return services[0], nil
}

func (t *demoRun) describe(ctx context.Context) ([]shownService, error) {
	var names []string
	for _, service := range DemoServices() {
		names = append(names, service.Name)
	}
	response, err := ecs.NewFromConfig(t.server.Config()).DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: aws.String(demoCluster), Services: names})
	if err != nil {
		return nil, err
	}
	var services []shownService
	for _, s := range response.Services {
		shown := shownService{
			name: aws.ToString(s.ServiceName), desired: s.DesiredCount, running: s.RunningCount, deployments: len(s.Deployments),
		}
		for _, d := range s.Deployments {
			if aws.ToString(d.Status) == "PRIMARY" {
				shown.primary, shown.completed = aws.ToString(d.Id), d.RolloutState == "COMPLETED"
			}
		}
		services = append(services, shown)
	}
	if len(services) != len(names) {
		return nil, fmt.Errorf("the cluster %s has %d services, not %d", demoCluster, len(services), len(names))
	}
	return services, nil
}

// inventory counts the account's resources of the types that an installation consists of.
func (t *demoRun) inventory(ctx context.Context) (string, error) {
	cfg := t.server.Config()
	roles, err := iam.NewFromConfig(cfg).ListRoles(ctx, &iam.ListRolesInput{})
	if err != nil {
		return "", err
	}
	groups, err := cloudwatchlogs.NewFromConfig(cfg).DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{})
	if err != nil {
		return "", err
	}
	functions, err := lambda.NewFromConfig(cfg).ListFunctions(ctx, &lambda.ListFunctionsInput{})
	if err != nil {
		return "", err
	}
	rules, err := eventbridge.NewFromConfig(cfg).ListRules(ctx, &eventbridge.ListRulesInput{})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s, %s, %s, %s", term.Plural(len(roles.Roles), "role"), term.Plural(len(groups.LogGroups), "log group"),
		term.Plural(len(functions.Functions), "function"), term.Plural(len(rules.Rules), "rule")), nil
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}
