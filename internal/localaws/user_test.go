package localaws

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logs "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	ebtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

// What a user does with ECS besides spothandler: a service with its base on FARGATE and the rest on Spot.
func TestServiceLifecycle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, c := start(t, Options{Delays: &Delays{Task: time.Second}})
		ctx, shop := t.Context(), aws.String("shop")
		for range 2 { // the second one with this name is the first
			if _, err := c.ecs.CreateCluster(ctx, &ecs.CreateClusterInput{ClusterName: shop}); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 { // two revisions
			if _, err := c.ecs.RegisterTaskDefinition(ctx, &ecs.RegisterTaskDefinitionInput{
				Family: aws.String("api"), ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("app")}},
			}); err != nil {
				t.Fatal(err)
			}
		}
		if err := serviceNamed(ctx, c, &ecs.CreateServiceInput{
			ServiceName: aws.String("api"), DesiredCount: aws.Int32(3),
			CapacityProviderStrategy: []types.CapacityProviderStrategyItem{
				{CapacityProvider: aws.String("FARGATE"), Base: 1}, {CapacityProvider: aws.String("FARGATE_SPOT"), Weight: 1},
			},
			DeploymentConfiguration: &types.DeploymentConfiguration{MinimumHealthyPercent: aws.Int32(50)},
			NetworkConfiguration:    &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"s"}}},
		}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		v := serviceOf(t, c)
		got := text(v.RunningCount, aws.ToInt32(v.DeploymentConfiguration.MinimumHealthyPercent), aws.ToInt32(v.DeploymentConfiguration.MaximumPercent),
			v.NetworkConfiguration.AwsvpcConfiguration.Subnets, v.Deployments[0].RolloutState, v.LaunchType)
		if got != "3 50 200 [s] COMPLETED" {
			t.Error("the service:", got)
		}
		if got := providers(t, c); got["FARGATE"] != 1 || got["FARGATE_SPOT"] != 2 {
			t.Error("the tasks are on", got)
		}
		stopOne(t, c)
		clusters, err := c.ecs.DescribeClusters(ctx, &ecs.DescribeClustersInput{Clusters: []string{"shop"}})
		if err != nil {
			t.Fatal(err)
		}
		if k := clusters.Clusters[0]; k.RunningTasksCount != 2 || k.PendingTasksCount != 1 || k.ActiveServicesCount != 1 {
			t.Errorf("after a task was stopped %d run, %d are pending, of %d services", k.RunningTasksCount, k.PendingTasksCount, k.ActiveServicesCount)
		}
		if err := deleteAPI(true)(ctx, c); err != nil {
			t.Error(err)
		}
		time.Sleep(10 * time.Second)
		if v := serviceOf(t, c); aws.ToString(v.Status) != "INACTIVE" || v.RunningCount != 0 {
			t.Error("in the end it is", aws.ToString(v.Status), v.RunningCount)
		}
	})
}

func tasksOfAPI(t *testing.T, c clients) []types.Task {
	t.Helper()
	list, err := c.ecs.ListTasks(t.Context(), &ecs.ListTasksInput{Cluster: aws.String("shop"), Family: aws.String("api")})
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.ecs.DescribeTasks(t.Context(), &ecs.DescribeTasksInput{Cluster: aws.String("shop"), Tasks: list.TaskArns})
	if err != nil {
		t.Fatal(err)
	}
	return out.Tasks
}

func providers(t *testing.T, c clients) map[string]int {
	t.Helper()
	found := map[string]int{}
	for _, task := range tasksOfAPI(t, c) {
		found[aws.ToString(task.CapacityProviderName)]++
	}
	return found
}

func stopOne(t *testing.T, c clients) {
	t.Helper()
	task := tasksOfAPI(t, c)[0]
	out, err := c.ecs.StopTask(t.Context(), &ecs.StopTaskInput{Cluster: aws.String("shop"), Task: task.TaskArn, Reason: aws.String("a test")})
	if err != nil || out.Task.StopCode != types.TaskStopCodeUserInitiated || aws.ToString(out.Task.StoppedReason) != "a test" {
		t.Error(out, err)
	}
	time.Sleep(1500 * time.Millisecond) // it is stopping, and another one is starting
}

// Log events are read page by page, from either end.
func TestLogsInPages(t *testing.T) {
	_, c := start(t, Options{})
	ctx, group := t.Context(), aws.String("g")
	createAGroup(t, c, "g")
	now := time.Now().UnixMilli()
	for i, name := range []string{"b", "a"} {
		if _, err := c.logs.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: group, LogStreamName: &name}); err != nil {
			t.Fatal(err)
		}
		if _, err := c.logs.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{LogGroupName: group, LogStreamName: &name, LogEvents: []logs.InputLogEvent{
			{Timestamp: aws.Int64(now + int64(10*i+1)), Message: aws.String("1" + name)},
			{Timestamp: aws.Int64(now + int64(10*i+2)), Message: aws.String("2" + name)},
			{Timestamp: aws.Int64(now + int64(10*i+3)), Message: aws.String("3" + name)},
		}}); err != nil {
			t.Fatal(err)
		}
	}
	streams, err := c.logs.DescribeLogStreams(ctx, &cloudwatchlogs.DescribeLogStreamsInput{LogGroupName: group, OrderBy: logs.OrderByLastEventTime, Descending: aws.Bool(true)})
	if err != nil || len(streams.LogStreams) != 2 || aws.ToString(streams.LogStreams[0].LogStreamName) != "a" {
		t.Error(streams, err)
	}
	in := &cloudwatchlogs.GetLogEventsInput{LogGroupName: group, LogStreamName: aws.String("a"), Limit: aws.Int32(2), StartFromHead: aws.Bool(true)}
	for _, want := range []string{"1a 2a", "3a", ""} {
		out, err := c.logs.GetLogEvents(ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		var got []any
		for _, e := range out.Events {
			got = append(got, aws.ToString(e.Message))
		}
		if text(got...) != want {
			t.Errorf("forward %v, want %s", got, want)
		}
		in.NextToken = out.NextForwardToken
	}
	in.NextToken = aws.String("b/2")
	if out, err := c.logs.GetLogEvents(ctx, in); err != nil || len(out.Events) != 2 || aws.ToString(out.Events[0].Message) != "1a" {
		t.Error("backward", out, err)
	}
	pages := 0
	all := cloudwatchlogs.NewFilterLogEventsPaginator(c.logs, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: group, LogStreamNames: []string{"a"}, Limit: aws.Int32(2)})
	for ; all.HasMorePages(); pages++ {
		if _, err := all.NextPage(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if pages != 2 {
		t.Error(pages, "pages")
	}
}

// FilterLogEvents returns at most a megabyte per page, and with Rates rejects the sixth call in a second.
func TestFilterLogEventsHasLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, c := start(t, Options{Rates: true})
		group, began := aws.String("/g"), time.Now()
		if _, err := c.logs.CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: group}); err != nil {
			t.Fatal(err)
		}
		line := strings.Repeat("x", 300<<10)
		for i := range 7 {
			s.SeedLog("/g", "a", began.Add(time.Duration(i)*time.Second), line)
		}
		in := &cloudwatchlogs.FilterLogEventsInput{LogGroupName: group}
		for _, want := range []int{3, 3, 1, 3, 3} {
			out, err := c.logs.FilterLogEvents(t.Context(), in)
			if err != nil || len(out.Events) != want {
				t.Fatal(want, out, err)
			}
			in.NextToken = out.NextToken
		}
		once := func(o *cloudwatchlogs.Options) { o.Retryer = aws.NopRetryer{} }
		if _, err := c.logs.FilterLogEvents(t.Context(), in, once); err == nil || !strings.Contains(err.Error(), "ThrottlingException: Rate exceeded") {
			t.Error(err)
		}
		time.Sleep(time.Second)
		if _, err := c.logs.FilterLogEvents(t.Context(), in, once); err != nil {
			t.Error(err)
		}
	})
}

// EventBridge delivers at least once, and sends the target's input.
func TestDeliveredTwiceAndWithTheTargetsInput(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		events := make(chan map[string]any, 100)
		s, c := start(t, Options{InProcess: collect(events), DuplicateEvents: true})
		if err := s.Seed(Service{Cluster: "shop", Name: "api", Desired: 1}); err != nil {
			t.Fatal(err)
		}
		listen(t, c)
		if _, err := c.events.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: aws.String("spot"), Targets: []ebtypes.Target{
			{Id: aws.String("f"), Arn: aws.String("arn:aws:lambda:us-east-1:111122223333:function:f"), Input: aws.String(`{"own":true}`)},
		}}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Interrupt("shop", "api", 1); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if len(events) != 10 || (<-events)["own"] != true { // 5 states, twice
			t.Error(len(events), "events")
		}
	})
}
