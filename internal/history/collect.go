package history

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/handler"
)

// ForRealPrefix is the prefix of the event ID of a notice that simulate --for-real sends. It is the only
// mark, since everything else must be exactly as in a real notice.
const ForRealPrefix = "spothandler-"

// Rehearsal reports whether a record is not about an interruption by AWS: a dry run, a simulated event, or a
// notice sent by simulate --for-real.
func Rehearsal(r *handler.Record) bool {
	return r.DryRun || r.Simulated || strings.HasPrefix(r.EventID, ForRealPrefix)
}

// Result is the result of an interruption.
type Result string

// The results.
const (
	Redeployed Result = "redeployed" // one of its events forced a new deployment
	Skipped    Result = "skipped"    // the function left it to ECS, or to another redeployment
	Observed   Result = "observed"   // the function would have redeployed; mode observe changes nothing
	Failed     Result = "failed"     // the service could not be described, or ECS refused the redeployment
)

// Interruption is a task whose Spot capacity AWS reclaimed, with the function's records about it.
type Interruption struct {
	Task, Cluster, Service, Zone string
	At                           time.Time // of the first event, or else of its record
	Result                       Result
	Reason                       handler.Reason
	Error                        string
	Deployment                   string // the deployment of the task
	Forced                       string // the deployment that the function forced for it, "" if none
	Events                       int    // number of records: ECS sends several events for a task
	ReactionMS                   *int64 // milliseconds from the event to ECS's acceptance
}

// Outcome is the outcome of a redeployment.
type Outcome string

// The outcomes.
const (
	OutcomeCompleted  Outcome = "completed"
	OutcomeRolledBack Outcome = "rolled_back"
	OutcomeFailed     Outcome = "failed"
	OutcomeStopped    Outcome = "stopped"
	OutcomeInProgress Outcome = "in_progress"
	OutcomeUnknown    Outcome = "unknown"
)

// Redeployment is a deployment that the function forced.
type Redeployment struct {
	Cluster, Service  string
	At                time.Time // when ECS accepted it
	Before, After     string    // deployment IDs, ecs-svc/...
	ServiceDeployment string    // ARN; "" if unknown to the function
	ReactionMS        *int64
	Tasks             []string // ARNs of the interrupted tasks that it replaces
	Outcome           Outcome
	OutcomeSeconds    int    // from its start to its end
	OutcomeUnknownWhy string // "no permission for ecs:DescribeServiceDeployments", or ""
}

// Collector combines records. The zero value is empty.
type Collector struct {
	tasks         map[string]*track
	Redeployments []Redeployment
	Rehearsals    int // records that are not about an interruption
}

// track holds a task's records: the last attempt for each event.
type track struct {
	Interruption
	events map[string]attempt
}

type attempt struct {
	id     string // of the event
	at     time.Time
	reason handler.Reason
	action handler.Action
	mode   handler.Mode
	err    string
}

// Add adds a record. Records that are not about a service's task on Spot belong to no interruption.
func (c *Collector) Add(e *Entry) {
	if Rehearsal(&e.Record) {
		c.Rehearsals++
		return
	}
	switch e.Reason {
	case handler.ReasonNotAnInterruption, handler.ReasonNotFargateSpot, handler.ReasonNotAServiceTask,
		handler.ReasonOtherAccount, handler.ReasonOtherRegion, handler.ReasonReplayed:
		return
	}
	t := c.track(e)
	t.Events++
	if at := eventTime(e); at.Before(t.At) {
		t.At = at
	}
	t.Zone = cmp.Or(t.Zone, e.AvailabilityZone)
	t.Deployment = cmp.Or(t.Deployment, e.DeploymentID)
	if e.Applied {
		t.Result, t.Reason, t.ReactionMS, t.Forced = Redeployed, handler.ReasonRedeploy, e.ReactionMS(), e.DeploymentAfter
		c.redeployed(e)
	}
	last, seen := t.events[e.EventID]
	if !seen || !e.At.Before(last.at) {
		t.events[e.EventID] = attempt{e.EventID, e.At, e.Reason, e.Action, e.Mode, e.Error}
	}
}

func (c *Collector) track(e *Entry) *track {
	key := cmp.Or(e.TaskARN, e.EventID, e.RequestID)
	if t := c.tasks[key]; t != nil {
		return t
	}
	if c.tasks == nil {
		c.tasks = map[string]*track{}
	}
	t := &track{Interruption: Interruption{Task: e.TaskARN, Cluster: e.Cluster, Service: e.Service, At: eventTime(e)}, events: map[string]attempt{}}
	c.tasks[key] = t
	return t
}

// eventTime returns the time of the event or, if the record has none that can be true, that of the record.
func eventTime(e *Entry) time.Time {
	if at := e.EventTime.UTC(); !at.Before(e.At.Add(-oldestEvent)) && !at.After(e.At.Add(Skew)) {
		return at
	}
	return e.At
}

const (
	// oldestEvent is the maximum age of an event when its record is written: EventBridge delivers for up to 24
	// hours, and Lambda then retries for up to six.
	oldestEvent = 30 * time.Hour
	// slowest is far more than the two minutes in which an interruption can be handled.
	slowest = 15 * time.Minute
)

// ReactionMS returns the milliseconds from the event to ECS's acceptance, or nil if the record has none that
// can be true.
func (e *Entry) ReactionMS() *int64 {
	if e.ECSResponseMS == nil || *e.ECSResponseMS < 0 || *e.ECSResponseMS > slowest.Milliseconds() {
		return nil
	}
	return e.ECSResponseMS
}

func (c *Collector) redeployed(e *Entry) {
	at, reaction := e.At, e.ReactionMS()
	if noticed := eventTime(e); reaction != nil && noticed.Equal(e.EventTime.Time) {
		at = noticed.Add(time.Duration(*reaction) * time.Millisecond)
	}
	c.Redeployments = append(c.Redeployments, Redeployment{
		Cluster: e.Cluster, Service: e.Service, At: at, Before: e.DeploymentBefore, After: e.DeploymentAfter,
		ServiceDeployment: e.ServiceDeployment, ReactionMS: reaction, Outcome: OutcomeUnknown,
	})
}

// Interruptions returns the interruptions in the order of time, and adds to each redeployment the tasks that
// it replaces.
func (c *Collector) Interruptions() []Interruption {
	all := make([]Interruption, 0, len(c.tasks))
	for _, key := range slices.Sorted(maps.Keys(c.tasks)) { // the order of those of one moment
		t := c.tasks[key]
		t.conclude()
		all = append(all, t.Interruption)
	}
	slices.SortStableFunc(all, func(a, b Interruption) int { return a.At.Compare(b.At) })
	slices.SortStableFunc(c.Redeployments, func(a, b Redeployment) int { return a.At.Compare(b.At) })
	interrupted := map[string][]string{}
	for _, i := range all {
		if i.Deployment != "" && (i.Result == Redeployed || i.Result == Skipped) {
			key := i.Cluster + " " + i.Service + " " + i.Deployment
			interrupted[key] = append(interrupted[key], i.Task)
		}
	}
	for i := range c.Redeployments {
		r := &c.Redeployments[i]
		r.Tasks = interrupted[r.Cluster+" "+r.Service+" "+r.Before]
	}
	return all
}

// conclude determines the result for a task that was not redeployed: the last attempt at the first event
// counts or, if that failed, a later event with a decision. A later event that came too late does not count.
func (t *track) conclude() {
	if t.Result == Redeployed {
		return
	}
	attempts := make([]attempt, 0, len(t.events))
	for _, a := range t.events {
		attempts = append(attempts, a)
	}
	slices.SortFunc(attempts, func(a, b attempt) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id)) })
	decisive := attempts[0]
	for _, a := range attempts[1:] {
		if decisive.action == handler.ActionFail && a.action != handler.ActionFail && a.reason != handler.ReasonTooLate {
			decisive = a
		}
	}
	t.Reason, t.Error = decisive.reason, decisive.err
	switch decisive.action {
	case handler.ActionFail:
		t.Result = Failed
	case handler.ActionRedeploy: // but not applied
		t.Result = Observed
	default:
		t.Result = Skipped
	}
}
