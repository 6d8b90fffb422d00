package simulate

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logs "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	events "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	policies "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go"

	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/session"
)

// world is an account with an installation: EventBridge, the function that it invokes, its log group and IAM.
type world struct {
	hearsFrom int           // events before this one are not matched yet
	latency   time.Duration // from an event to its record
	refused   string        // the code of a failed entry
	readError error         // of FilterLogEvents
	reason    handler.Reason
	mayError  error // of SimulatePrincipalPolicy
	may       policies.PolicyEvaluationDecisionType

	sent    []events.PutEventsRequestEntry
	sentAt  []time.Time
	looks   []time.Time
	pattern string
}

func (w *world) PutEvents(_ context.Context, in *eventbridge.PutEventsInput, _ ...func(*eventbridge.Options)) (*eventbridge.PutEventsOutput, error) {
	w.sent, w.sentAt = append(w.sent, in.Entries[0]), append(w.sentAt, time.Now())
	if w.refused != "" {
		return &eventbridge.PutEventsOutput{FailedEntryCount: 1, Entries: []events.PutEventsResultEntry{{ErrorCode: &w.refused, ErrorMessage: aws.String("no")}}}, nil
	}
	return &eventbridge.PutEventsOutput{Entries: []events.PutEventsResultEntry{{EventId: aws.String(fmt.Sprintf("event-%d", len(w.sent)))}}}, nil
}

// FilterLogEvents returns an empty page first, as CloudWatch Logs may.
func (w *world) FilterLogEvents(_ context.Context, in *cloudwatchlogs.FilterLogEventsInput, _ ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.FilterLogEventsOutput, error) {
	w.looks, w.pattern = append(w.looks, time.Now()), aws.ToString(in.FilterPattern)
	if w.readError != nil {
		return nil, w.readError
	}
	if in.NextToken == nil {
		return &cloudwatchlogs.FilterLogEventsOutput{NextToken: aws.String("more")}, nil
	}
	out := &cloudwatchlogs.FilterLogEventsOutput{}
	for i, at := range w.sentAt {
		id := fmt.Sprintf("event-%d", i+1)
		if i >= w.hearsFrom && time.Since(at) >= w.latency && strings.Contains(w.pattern, id) {
			line := fmt.Sprintf(`{"timestamp":%q,"reason":%q,"action":%q,"event_id":%q,"error":"AccessDenied: ecs:DescribeServices","error_type":"AccessDeniedException"}`,
				at.Add(w.latency/2).UTC().Format(time.RFC3339Nano), w.reason, w.action(), id)
			out.Events = append(out.Events, logs.FilteredLogEvent{Message: &line})
		}
	}
	return out, nil
}

// action returns the action of a record with the reason of the world.
func (w *world) action() handler.Action {
	switch w.reason {
	case handler.ReasonRedeploy:
		return handler.ActionRedeploy
	case handler.ReasonFailed:
		return handler.ActionFail
	}
	return handler.ActionSkip
}

func (w *world) SimulatePrincipalPolicy(context.Context, *iam.SimulatePrincipalPolicyInput, ...func(*iam.Options)) (*iam.SimulatePrincipalPolicyOutput, error) {
	if w.mayError != nil {
		return nil, w.mayError
	}
	return &iam.SimulatePrincipalPolicyOutput{EvaluationResults: []policies.EvaluationResult{{EvalDecision: w.may}}}, nil
}

func denied(action string) error {
	return &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "is not authorized to perform: " + action}
}

const (
	cluster = "arn:aws:ecs:eu-west-1:111122223333:cluster/shop"
	task    = "arn:aws:ecs:eu-west-1:111122223333:task/shop/7c1f0000000000000000000000009e2a"
)

// installed returns a healthy installation with these settings and these out-of-band changes.
func installed(spec settings.Spec, change func(*resource.State)) *Installed {
	id := session.Identity{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}
	names := resource.NewNames(id, spec.Prefix, spec.FunctionName, spec.RuleName)
	state, err := resource.Desired(names, spec, resource.Release{Version: "1.0.0"})
	if err != nil {
		panic(err)
	}
	if change != nil {
		change(&state)
	}
	return &Installed{Installation: &deploy.Installation{Names: names, State: state}, Status: deploy.Status{Spec: spec}, Scope: " --prefix prod"}
}

func notice(at time.Time) handler.Event {
	return handler.InterruptionEvent(&types.Task{
		ClusterArn: aws.String(cluster), TaskArn: aws.String(task), Group: aws.String("service:api"), StartedBy: aws.String("ecs-svc/1"),
		LastStatus: aws.String("RUNNING"), CapacityProviderName: aws.String("FARGATE_SPOT"), LaunchType: types.LaunchTypeFargate,
	}, at)
}

func (w *world) rehearsal(at *Installed) *Rehearsal {
	return &Rehearsal{Bus: w, Logs: w, Simulator: w, Installed: at, Event: notice(time.Now()), Service: "arn:aws:ecs:eu-west-1:111122223333:service/shop/api"}
}
