package simulate

import "time"

// Link is a link of the path from EventBridge to the redeployment.
type Link string

// The links, in the order in which an event passes through them.
const (
	LinkEvent      Link = "event"      // EventBridge accepts the event
	LinkRule       Link = "rule"       // the rule matches it, and has the function as its target
	LinkFunction   Link = "function"   // it is invoked, and reads the service from ECS
	LinkDecision   Link = "decision"   // the gate's decision
	LinkPermission Link = "permission" // the function's role may redeploy
	LinkRecord     Link = "record"     // it arrives in the log group
)

// Step is the result for one link.
type Step struct {
	Name   Link   `json:"name"`
	OK     *bool  `json:"ok"`     // nil: not checked
	MS     *int64 `json:"ms"`     // since the event was sent, or for the sending itself; nil: not measured
	Detail string `json:"detail"` // in words
	Fix    string `json:"cure"`   // of a broken link: a command, or what to do; "" otherwise
}

// Broken reports whether the link is known to be broken.
func (s *Step) Broken() bool { return s.OK != nil && !*s.OK }

// Result is the result of a rehearsal: every link, in order.
type Result struct {
	Steps []Step
	Sent  bool // the event was sent, which it is not if the path is known to be broken
	Seen  bool // the function's record was found
	// If the record was found, Skipped reports that the function would leave the service to ECS, and Observed that
	// only mode observe prevents a redeployment.
	Skipped, Observed bool
}

// Works reports whether the record was found and no link is broken.
func (r *Result) Works() bool { return r.Seen && r.Broken() == nil }

// Broken returns the first broken link, or nil if there is none.
func (r *Result) Broken() *Step {
	for i := range r.Steps {
		if r.Steps[i].Broken() {
			return &r.Steps[i]
		}
	}
	return nil
}

func holds(name Link, detail string) Step { return Step{Name: name, OK: new(true), Detail: detail} }

func unchecked(name Link, detail string) Step { return Step{Name: name, Detail: detail} }

func broken(name Link, f fault) Step {
	return Step{Name: name, OK: new(false), Detail: f.detail, Fix: f.fix}
}

func (s Step) after(d time.Duration) Step {
	s.MS = new(max(0, d).Milliseconds())
	return s
}
