package localaws

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

const groupARN = "arn:aws:logs:us-east-1:123456789012:log-group:/tools/worker"

const (
	redeployed = `{"reason":"redeploy","ms":120}`
	tooLate    = `{"reason":"too_late","ms":9}`
	noJSON     = "moto ignores JSON filter patterns; the Logs guide's filter pattern syntax has them"
)

func createGroup(name string) func(context.Context, clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		_, err := c.logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String(name), Tags: map[string]string{"a": "1"}})
		return "done", err
	}
}

func putRetention(days int32) func(context.Context, clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		_, err := c.logs.PutRetentionPolicy(ctx, &cloudwatchlogs.PutRetentionPolicyInput{LogGroupName: aws.String("/tools/worker"), RetentionInDays: aws.Int32(days)})
		return "done", err
	}
}

// describeGroup returns arn, retention.
func describeGroup(ctx context.Context, c clients) (string, error) {
	out, err := c.logs.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: aws.String("/tools/")})
	if err != nil || len(out.LogGroups) == 0 {
		return "none", err
	}
	g := out.LogGroups[0]
	return text(len(out.LogGroups), aws.ToString(g.LogGroupName), aws.ToString(g.Arn), aws.ToInt32(g.RetentionInDays)), nil
}

func groupTags(arn string) func(context.Context, clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		out, err := c.logs.ListTagsForResource(ctx, &cloudwatchlogs.ListTagsForResourceInput{ResourceArn: aws.String(arn)})
		if err != nil {
			return "", err
		}
		return text(out.Tags), nil
	}
}

func createStream(ctx context.Context, c clients) (string, error) {
	_, err := c.logs.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: aws.String("/tools/worker"), LogStreamName: aws.String("one")})
	return "done", err
}

// filtered returns the messages that match a pattern.
func filtered(pattern string) func(context.Context, clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		out, err := c.logs.FilterLogEvents(ctx, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("/tools/worker"), FilterPattern: aws.String(pattern)})
		if err != nil {
			return "", err
		}
		var messages []string
		for _, e := range out.Events {
			messages = append(messages, aws.ToString(e.Message))
		}
		return strings.Join(messages, " | "), nil
	}
}

func deleteGroup(ctx context.Context, c clients) (string, error) {
	_, err := c.logs.DeleteLogGroup(ctx, &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: aws.String("/tools/worker")})
	return "done", err
}

// event returns a log event with a time relative to now.
func event(fromNow time.Duration, message string) types.InputLogEvent {
	return types.InputLogEvent{Timestamp: aws.Int64(time.Now().Add(fromNow).UnixMilli()), Message: aws.String(message)}
}

// write returns how many leading events were too old, and the index of the first that was too new.
func write(events ...types.InputLogEvent) func(context.Context, clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		if events == nil {
			events = []types.InputLogEvent{}
		}
		out, err := c.logs.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{LogGroupName: aws.String("/tools/worker"), LogStreamName: aws.String("one"), LogEvents: events})
		if err != nil {
			return "", err
		}
		rejected := types.RejectedLogEventsInfo{}
		api.Set(&rejected, out.RejectedLogEventsInfo)
		return text(aws.ToInt32(rejected.TooOldLogEventEndIndex), aws.ToInt32(rejected.TooNewLogEventStartIndex)), nil
	}
}

// queried returns the rows of a query of the group, without the pointers to events.
func queried(query string) func(context.Context, clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		now := time.Now().Unix()
		started, err := c.logs.StartQuery(ctx, &cloudwatchlogs.StartQueryInput{
			LogGroupName: aws.String("/tools/worker"), QueryString: aws.String(query), StartTime: aws.Int64(now - 60), EndTime: aws.Int64(now + 60),
		})
		if err != nil {
			return "", err
		}
		for {
			out, err := c.logs.GetQueryResults(ctx, &cloudwatchlogs.GetQueryResultsInput{QueryId: started.QueryId})
			if err != nil {
				return "", err
			}
			if out.Status != types.QueryStatusRunning && out.Status != types.QueryStatusScheduled {
				return cmp.Or(rowsOf(out.Results), "nothing"), nil
			}
		}
	}
}

func rowsOf(results [][]types.ResultField) string {
	var rows []string
	for _, row := range results {
		var values []any
		for _, f := range row {
			if aws.ToString(f.Field) != "@ptr" {
				values = append(values, aws.ToString(f.Value))
			}
		}
		rows = append(rows, text(values...))
	}
	return strings.Join(rows, " | ")
}

// subscribe adds a subscription filter to the group.
func subscribe(name, destination string) func(context.Context, clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		_, err := c.logs.PutSubscriptionFilter(ctx, &cloudwatchlogs.PutSubscriptionFilterInput{
			LogGroupName: aws.String("/tools/worker"), FilterName: aws.String(name), FilterPattern: aws.String(""), DestinationArn: aws.String(destination),
		})
		return "done", err
	}
}

const destinationARN = "arn:aws:lambda:us-east-1:123456789012:function:shipper"

// createDestination creates a function that logs can be sent to.
func createDestination(ctx context.Context, c clients) (string, error) {
	if _, err := c.iam.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("ships"), AssumeRolePolicyDocument: aws.String(trust)}); err != nil {
		return "", err
	}
	_, err := createFunction(func(in *lambda.CreateFunctionInput) {
		in.FunctionName, in.Role = aws.String("shipper"), aws.String("arn:aws:iam::123456789012:role/ships")
	})(ctx, c)
	return "done", err
}

// subscriptions returns the group's subscription filters.
func subscriptions(ctx context.Context, c clients) (string, error) {
	out, err := c.logs.DescribeSubscriptionFilters(ctx, &cloudwatchlogs.DescribeSubscriptionFiltersInput{LogGroupName: aws.String("/tools/worker")})
	if err != nil {
		return "", err
	}
	var all []any
	for _, f := range out.SubscriptionFilters {
		all = append(all, aws.ToString(f.FilterName), f.Distribution)
	}
	return cmp.Or(text(all...), "none"), nil
}

func unsubscribe(name string) func(context.Context, clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		_, err := c.logs.DeleteSubscriptionFilter(ctx, &cloudwatchlogs.DeleteSubscriptionFilterInput{LogGroupName: aws.String("/tools/worker"), FilterName: aws.String(name)})
		return "done", err
	}
}

func logsSteps() []step {
	group := aws.String("/tools/worker")
	return []step{
		{name: "create a group", call: createGroup("/tools/worker"), want: "done"},
		{name: "create it again", call: createGroup("/tools/worker"), want: "ResourceAlreadyExistsException"},
		{name: "a name with a space", call: refused(createGroup("/other/a b")), want: "InvalidParameterException", moto: accepted, because: lax},
		{name: "a name too long", call: refused(createGroup(strings.Repeat("x", 513))), want: "InvalidParameterException"},
		{name: "describe it", call: describeGroup, want: "1 /tools/worker " + groupARN + ":* 0"},
		{name: "a retention that is not on the list", call: refused(putRetention(15)), want: "InvalidParameterException", moto: accepted, because: "moto takes any number; the API reference of PutRetentionPolicy lists the values"},
		{name: "a retention", call: putRetention(14), want: "done"},
		{name: "describe it with its retention", call: describeGroup, want: "1 /tools/worker " + groupARN + ":* 14"},
		{name: "no retention", want: "done", call: func(ctx context.Context, c clients) (string, error) {
			_, err := c.logs.DeleteRetentionPolicy(ctx, &cloudwatchlogs.DeleteRetentionPolicyInput{LogGroupName: group})
			return "done", err
		}},
		{name: "its tags", call: groupTags(groupARN), want: "map[a:1]"},
		{name: "its tags by the other form of its ARN", call: refused(groupTags(groupARN + ":*")), want: "InvalidParameterException", moto: accepted, because: "the SDK's documentation of LogGroup.Arn: tag calls take the form without :*"},
		{name: "tag it", want: "done", call: func(ctx context.Context, c clients) (string, error) {
			_, err := c.logs.TagResource(ctx, &cloudwatchlogs.TagResourceInput{ResourceArn: aws.String(groupARN), Tags: map[string]string{"b": "2"}})
			return "done", err
		}},
		{name: "untag it", want: "done", call: func(ctx context.Context, c clients) (string, error) {
			_, err := c.logs.UntagResource(ctx, &cloudwatchlogs.UntagResourceInput{ResourceArn: aws.String(groupARN), TagKeys: []string{"a", "absent"}})
			return "done", err
		}},
		{name: "its tags now", call: groupTags(groupARN), want: "map[b:2]"},
		{name: "create a stream", call: createStream, want: "done"},
		{name: "create it again", call: createStream, want: "ResourceAlreadyExistsException"},
		{name: "write", want: "done", call: func(ctx context.Context, c clients) (string, error) {
			now := time.Now().UnixMilli()
			_, err := c.logs.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{LogGroupName: group, LogStreamName: aws.String("one"), LogEvents: []types.InputLogEvent{
				{Timestamp: aws.Int64(now), Message: aws.String("plain ERROR")},
				{Timestamp: aws.Int64(now + 1), Message: aws.String(redeployed)},
				{Timestamp: aws.Int64(now + 2), Message: aws.String(tooLate)},
			}})
			return "done", err
		}},
		{name: "write backwards", call: write(event(0, "b"), event(-time.Second, "a")), want: "InvalidParameterException"},
		{name: "write nothing", call: write(), want: "InvalidParameterException", moto: "0 0", because: lax},
		{name: "write into the far past", call: write(event(-15*24*time.Hour, "old")), want: "1 0", moto: "0 0", because: "moto gives the index of the last; the API reference: the index of the first event that is not too old"},
		{name: "write into the future", call: write(event(3*time.Hour, "new")), want: "0 0"},
		{name: "read", want: "3 plain ERROR", call: func(ctx context.Context, c clients) (string, error) {
			out, err := c.logs.GetLogEvents(ctx, &cloudwatchlogs.GetLogEventsInput{LogGroupName: group, LogStreamName: aws.String("one"), StartFromHead: aws.Bool(true)})
			if err != nil || len(out.Events) == 0 {
				return "nothing", err
			}
			return text(len(out.Events), aws.ToString(out.Events[0].Message)), nil
		}},
		{name: "filter by a word", call: filtered("ERROR"), want: "plain ERROR"},
		{name: "filter by a field", call: filtered(`{ $.reason = "redeploy" }`), want: redeployed, moto: "plain ERROR | " + redeployed + " | " + tooLate, because: noJSON},
		{name: "filter by two fields", call: filtered(`{ $.reason = "*" && $.ms < 100 }`), want: tooLate, moto: "plain ERROR | " + redeployed + " | " + tooLate, because: noJSON},
		{name: "filter by nonsense", call: refused(filtered(`{ nonsense`)), want: "InvalidParameterException", moto: accepted, because: noJSON},
		{name: "query", call: queried("fields @message | sort @timestamp desc | limit 2"), want: tooLate + " | " + redeployed},
		{name: "query by a field", call: queried(`filter reason = "redeploy" | stats count() by reason`), want: "redeploy 1", moto: " |  | ", because: "moto knows fields, sort and limit alone; the Logs guide's query syntax has filter and stats"},
		{name: "query with nonsense", call: refused(queried("nonsense")), want: "MalformedQueryException", moto: accepted, because: "moto does not refuse what it does not know"},
		{name: "query what is not there", want: "ResourceNotFoundException", call: func(ctx context.Context, c clients) (string, error) {
			_, err := c.logs.StartQuery(ctx, &cloudwatchlogs.StartQueryInput{LogGroupName: aws.String("/none"), QueryString: aws.String("fields @message"), StartTime: aws.Int64(0), EndTime: aws.Int64(1)})
			return "done", err
		}},
		{name: "a stream that is not there", want: "ResourceNotFoundException", call: func(ctx context.Context, c clients) (string, error) {
			_, err := c.logs.GetLogEvents(ctx, &cloudwatchlogs.GetLogEventsInput{LogGroupName: group, LogStreamName: aws.String("two")})
			return "done", err
		}},
		{name: "no subscription filter", call: subscriptions, want: "none"},
		{name: "delete a subscription filter that is not there", call: unsubscribe("ship"), want: "ResourceNotFoundException"},
		{name: "subscribe a function that is not there", call: subscribe("ship", "arn:aws:lambda:us-east-1:123456789012:function:none"), want: "InvalidParameterException"},
		{name: "subscribe what takes no logs", call: subscribe("ship", "arn:aws:sqs:us-east-1:123456789012:q"), want: "InvalidParameterException"},
		{name: "a function for logs", call: createDestination, want: "done"},
		{name: "subscribe a function that may not be invoked", call: refused(subscribe("ship", destinationARN)), want: "InvalidParameterException", moto: accepted, because: "moto does not look at the function's policy; the API: Could not execute the lambda function"},
		{name: "let CloudWatch Logs invoke it", want: "done", call: func(ctx context.Context, c clients) (string, error) {
			_, err := c.lambda.AddPermission(ctx, &lambda.AddPermissionInput{
				FunctionName: aws.String("shipper"), StatementId: aws.String("logs"), Action: aws.String("lambda:InvokeFunction"),
				Principal: aws.String("logs.amazonaws.com"), SourceArn: aws.String(groupARN + ":*"),
			})
			return "done", err
		}},
		{name: "subscribe it", call: subscribe("ship", destinationARN), want: "done"},
		{name: "its subscription filters", call: subscriptions, want: "ship ByLogStream"},
		{name: "a second subscription", call: subscribe("siem", destinationARN), want: "done"},
		{name: "a third subscription", call: subscribe("more", destinationARN), want: "LimitExceededException"},
		{name: "unsubscribe", call: unsubscribe("ship"), want: "done"},
		{name: "delete it", call: deleteGroup, want: "done"},
		{name: "delete it again", call: deleteGroup, want: "ResourceNotFoundException"},
	}
}
