package doctor

import (
	"time"

	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/services"
)

// Severity says how much a finding matters.
type Severity string

// The severities, the worst first.
const (
	Error   Severity = "error"   // an interruption is an outage, or nothing redeploys
	Warning Severity = "warning" // an interruption hurts, or may
	Info    Severity = "info"    // worth knowing
)

// Finding is what one check found at one service, installation or account.
type Finding struct {
	Code     string   `json:"code"` // SPOT101 ...
	Severity Severity `json:"severity"`
	Message  string   `json:"message"`
	Cure     string   `json:"cure"`              // a command that can be pasted, or what to do in words; "" where nothing is to be done
	Ignored  string   `json:"ignored,omitempty"` // who accepted it: "--ignore" or the service's tag; "" is nobody
}

// Who accepted a finding.
const (
	ignoredByFlag = "--ignore"
	ignoredByTag  = "tag " + IgnoreTag
)

// NotChecked is a check that could not be made.
type NotChecked struct {
	Code string `json:"code"`
	Why  string `json:"why"` // "you may not ec2:DescribeSubnets", or what failed
}

// Subject is one service as the checks see it.
type Subject struct {
	*services.Service
	Now      time.Time
	Decision handler.Decision // what the function would do about an interruption of one of its tasks
	// Heard is false where there are installations and the service's cluster is in none of them. Cover is then a
	// command with which one of them covers it; "" is none.
	Heard bool
	Cover string
	// Denied is the installation whose role may redeploy others, but not this service; nil if there is none.
	Denied *InstallationSubject
}

// verdict is what a check says, before it has its code.
type verdict struct {
	severity Severity
	message  string
	cure     string
}

// check is one row of the table.
type check struct {
	code  string
	title string
	// parts of a service without which the check cannot be made
	parts []services.Part
	run   func(*Subject) []verdict

	why     string // why it matters, and what it takes for fine
	sources []string
	cures   []string // all of them, with placeholders
}
