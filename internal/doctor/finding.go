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

// Finding is one finding of a check about a service, an installation or the account.
type Finding struct {
	Code     string   `json:"code"` // SPOT101 ...
	Severity Severity `json:"severity"`
	Message  string   `json:"message"`
	Fix      string   `json:"cure"`              // a command that can be pasted, or what to do in words; "" if there is nothing to do
	Ignored  string   `json:"ignored,omitempty"` // what accepted it: "--ignore" or the service's tag; "" if nothing did
}

// What accepted a finding.
const (
	ignoredByFlag = "--ignore"
	ignoredByTag  = "tag " + IgnoreTag
)

// NotChecked is a check that could not be made.
type NotChecked struct {
	Code string `json:"code"`
	Why  string `json:"why"` // "no permission for ec2:DescribeSubnets", or what failed
}

// Subject is the service to check.
type Subject struct {
	*services.Service
	Now      time.Time
	Decision handler.Decision // what the function would do about an interruption of one of its tasks
	// Covered is false if there are installations and none of them covers the service's cluster. Cover is then a
	// command with which one of them would cover it; "" if there is none.
	Covered bool
	Cover   string
	// Denied is the installation whose role may redeploy other services, but not this one; nil if there is none.
	Denied *InstallationSubject
}

// verdict is a finding before it has the code of its check.
type verdict struct {
	severity Severity
	message  string
	fix      string
}

// check is one row of the table.
type check struct {
	code  string
	title string
	// the parts that the check needs
	parts []services.Part
	run   func(*Subject) []verdict

	why     string // why it matters, and what is not a finding
	sources []string
	fixes   []string // every fix, with placeholders
}
