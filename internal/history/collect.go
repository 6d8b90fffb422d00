package history

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/handler"
)

// ForRealPrefix begins the event id of a notice that a person sends to see a redeployment happen: it is
// marked by that alone, since in everything else it has to be exactly a notice.
const ForRealPrefix = "spothandler-"

// Rehearsal reports whether a record is of no interruption of AWS's: a dry run, a simulated event, or a
// notice that a person sent.
func Rehearsal(r *handler.Record) bool {
	return r.DryRun || r.Simulated || strings.HasPrefix(r.EventID, ForRealPrefix)
}

// Result says what came of an interruption.
type Result string

// The results.
const (
	Redeployed Result = "redeployed" // one of its events forced a new deployment
	Skipped    Result = "skipped"    // the function left it to ECS, or to another redeployment
	Observed   Result = "observed"   // the function would have redeployed; mode observe changes nothing
	Failed     Result = "failed"     // the function could not find out, or ECS refused
)

// Interruption is a task whose Spot capacity AWS took back, with all that the function recorded of it.
type Interruption struct {
	Task, Cluster, Service, Zone string
	At                           time.Time // of the first event, else of its record
	Result                       Result
	Reason                       handler.Reason
	Error                        string
	Deployment                   string // that the task belonged to
	Events                       int    // records: ECS sends several events for a task
	ReactionMS                   *int64 // from the event to ECS's acceptance
}

// Redeployment is a deployment that the function forced.
type Redeployment struct {
	Cluster, Service  string
	At                time.Time // when ECS accepted it
	Before, After     string    // deployment ids, ecs-svc/...
	ServiceDeployment string    // ARN; "" where the function did not learn it
	ReactionMS        *int64
	Tasks             []string // whose interruptions it answered, ARNs
	Outcome           Outcome
	OutcomeSeconds    int    // from its beginning to its end
	OutcomeUnknownWhy string // "you may not ecs:DescribeServiceDeployments", or ""
}

// Collector puts records together. Its zero value is empty.
type Collector struct {
	tasks         map[string]*track
	Redeployments []Redeployment
	Rehearsals    int // records of no interruption
}

// track is what is kept of a task's records: one entry an event, the last attempt's.
type track struct {
	Interruption
	events map[string]attempt
}

type attempt struct {
	at     time.Time
	reason handler.Reason
	action handler.Action
	mode   handler.Mode
	err    string
}

// Add takes a record. Records that are about no service's task on Spot are none of an interruption.
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
		t.Result, t.Reason, t.ReactionMS = Redeployed, handler.ReasonRedeploy, e.ECSAnswerMS
		c.redeployed(e)
	}
	last, seen := t.events[e.EventID]
	if !seen || !e.At.Before(last.at) {
		t.events[e.EventID] = attempt{e.At, e.Reason, e.Action, e.Mode, e.Error}
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

func eventTime(e *Entry) time.Time {
	if e.EventTime.IsZero() {
		return e.At
	}
	return e.EventTime.UTC()
}

func (c *Collector) redeployed(e *Entry) {
	at := e.At
	if e.ECSAnswerMS != nil && !e.EventTime.IsZero() {
		at = e.EventTime.Add(time.Duration(*e.ECSAnswerMS) * time.Millisecond).UTC()
	}
	c.Redeployments = append(c.Redeployments, Redeployment{
		Cluster: e.Cluster, Service: e.Service, At: at, Before: e.DeploymentBefore, After: e.DeploymentAfter,
		ServiceDeployment: e.ServiceDeployment, ReactionMS: e.ECSAnswerMS, Outcome: OutcomeUnknown,
	})
}

// Interruptions returns what was collected, in the order of time, and notes at each redeployment which of
// them it answered.
func (c *Collector) Interruptions() []Interruption {
	all := make([]Interruption, 0, len(c.tasks))
	for _, t := range c.tasks {
		t.conclude()
		all = append(all, t.Interruption)
	}
	slices.SortFunc(all, func(a, b Interruption) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Task, b.Task)) })
	slices.SortFunc(c.Redeployments, func(a, b Redeployment) int { return a.At.Compare(b.At) })
	answered := map[string][]string{}
	for _, i := range all {
		if i.Deployment != "" && (i.Result == Redeployed || i.Result == Skipped) {
			key := i.Cluster + " " + i.Service + " " + i.Deployment
			answered[key] = append(answered[key], i.Task)
		}
	}
	for i := range c.Redeployments {
		r := &c.Redeployments[i]
		r.Tasks = answered[r.Cluster+" "+r.Service+" "+r.Before]
	}
	return all
}

// conclude says what came of the events of a task that was not redeployed: the first event's last attempt
// counts; where that failed, a later event that had an answer does. That a later event came too late is
// no answer.
func (t *track) conclude() {
	if t.Result == Redeployed {
		return
	}
	attempts := make([]attempt, 0, len(t.events))
	for _, a := range t.events {
		attempts = append(attempts, a)
	}
	slices.SortFunc(attempts, func(a, b attempt) int { return a.at.Compare(b.at) })
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
	case handler.ActionRedeploy: // and not applied
		t.Result = Observed
	default:
		t.Result = Skipped
	}
}
