package simulate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/history"
	"github.com/spothandler/spothandler/internal/services"
)

// BusAPI is the part of EventBridge that is used.
type BusAPI interface {
	PutEvents(context.Context, *eventbridge.PutEventsInput, ...func(*eventbridge.Options)) (*eventbridge.PutEventsOutput, error)
}

var _ BusAPI = (*eventbridge.Client)(nil)

// Rehearsal is one rehearsal of an interruption.
type Rehearsal struct {
	Bus       BusAPI
	Logs      history.LogsAPI
	Simulator services.SimulatorAPI

	Installed *Installed
	Event     handler.Event // of the interruption, as ECS would send it
	Service   string        // the long ARN of its service
	// Progress, if not nil, is called with what is being waited for.
	Progress func(string)

	steps map[Link]Step
	sent  map[string]time.Time // by the event's ID
	last  time.Time            // when an event was last sent
}

// Times of waiting for the function's record. A new rule may take a minute to match, and a log event some seconds
// until it can be found.
const (
	waitLongest = 90 * time.Second
	sendAgain   = 45 * time.Second // while no record is found
	pollFirst   = 250 * time.Millisecond
	pollLast    = 2 * time.Second // all callers in the account share five calls a second
)

// Run rehearses the interruption. If the installation's state shows that the path is broken, no event is sent. An
// error is the context's, or reports that the event could not be sent.
func (r *Rehearsal) Run(ctx context.Context) (*Result, error) {
	r.steps, r.sent = map[Link]Step{}, map[string]time.Time{}
	for link, f := range r.Installed.faults(r.Event) {
		r.steps[link] = broken(link, f)
	}
	known := len(r.steps) > 0
	if err := r.askPermission(ctx); err != nil {
		return nil, err
	}
	result := &Result{}
	if known {
		r.note(unchecked(LinkEvent, "not sent: a later step would fail"))
		return r.finish(result, "not tried"), nil
	}
	if err := r.send(ctx); err != nil {
		return nil, err
	}
	result.Sent = len(r.sent) > 0
	if !result.Sent {
		return r.finish(result, "not tried"), nil
	}
	record, err := r.await(ctx)
	if err != nil {
		return nil, err
	}
	if record != nil {
		result.Seen, result.Skipped, result.Observed = true, record.Action == handler.ActionSkip, isOnlyLogged(record)
		r.read(record)
	}
	return r.finish(result, "unknown: no record was found"), nil
}

// finish puts the steps in the order of the links, and adds those of which nothing is known.
func (r *Rehearsal) finish(result *Result, otherwise string) *Result {
	for _, link := range []Link{LinkEvent, LinkRule, LinkFunction, LinkDecision, LinkPermission, LinkRecord} {
		step, known := r.steps[link]
		if !known {
			step = unchecked(link, otherwise)
		}
		result.Steps = append(result.Steps, step)
	}
	return result
}

// note stores a step unless one for its link is known.
func (r *Rehearsal) note(step Step) {
	if _, known := r.steps[step.Name]; !known {
		r.steps[step.Name] = step
	}
}

// askPermission asks IAM about the permission, which cannot be tested without redeploying.
func (r *Rehearsal) askPermission(ctx context.Context) error {
	names := r.Installed.Names
	may, unread, err := services.MayRedeploy(ctx, r.Simulator, names.RoleARN(), r.Service)
	if err != nil {
		return err
	}
	switch {
	case may != nil && *may:
		r.note(holds(LinkPermission, "its role may call ecs:UpdateService on "+r.name()))
	case may != nil:
		r.note(broken(LinkPermission, fault{"role " + names.Role + " is not allowed to call ecs:UpdateService on " + r.name(), r.Installed.fixOfDenial(r.Event)}))
	case unread != nil:
		r.note(unchecked(LinkPermission, "whether its role may redeploy is unknown: "+unread.Why))
	default:
		r.note(unchecked(LinkPermission, "IAM did not say whether its role may redeploy"))
	}
	return nil
}

// name returns the service as CLUSTER/SERVICE.
func (r *Rehearsal) name() string {
	in := handler.Parse(r.Event.JSON())
	return handler.NameOf(in.ClusterARN) + "/" + in.Service
}

// send puts a simulated event on the bus. If EventBridge rejects it, the link is broken; denied access is an error.
func (r *Rehearsal) send(ctx context.Context) error {
	e := r.Event.Simulated()
	detail, err := json.Marshal(e.Detail)
	if err != nil {
		return fmt.Errorf("encoding the event: %w", err)
	}
	began := time.Now()
	r.last = began // a second event that is rejected is not sent repeatedly
	out, err := r.Bus.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{{
		Source: &e.Source, DetailType: &e.DetailType, Detail: aws.String(string(detail)), Resources: e.Resources,
	}}})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case apperr.IsAccessDenied(err):
		return apperr.Explain("sending an event to EventBridge", r.Installed.Names.Caller, err)
	case err != nil: // says nothing about the installation
		r.note(unchecked(LinkEvent, "not sent: events:PutEvents: "+apperr.Plain(err)))
		return nil
	}
	if len(out.Entries) == 0 {
		return errors.New("sending an event to EventBridge: the response does not include the event")
	}
	if refused := out.Entries[0]; out.FailedEntryCount > 0 || aws.ToString(refused.EventId) == "" { // with status 200
		why := fmt.Sprintf("EventBridge rejected it: %s: %s", aws.ToString(refused.ErrorCode), aws.ToString(refused.ErrorMessage))
		r.note(broken(LinkEvent, fault{why, "try again"}))
		return nil
	}
	r.last = time.Now()
	r.sent[aws.ToString(out.Entries[0].EventId)] = r.last
	r.note(holds(LinkEvent, "a test event was sent to EventBridge").after(r.last.Sub(began)))
	return nil
}
