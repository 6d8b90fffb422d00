package doctor

import (
	"slices"

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

// Diagnosis is the result of the checks of one service, installation or account.
type Diagnosis struct {
	Findings   []Finding    `json:"findings"`
	NotChecked []NotChecked `json:"not_checked"`
}

// Ready reports whether all checks were made, and there is no error or warning, apart from accepted ones.
func (d *Diagnosis) Ready() bool {
	return d.Worst() != Error && d.Worst() != Warning && len(d.NotChecked) == 0
}

// Worst returns the worst severity of the findings that were not accepted, or "" if there are none.
func (d *Diagnosis) Worst() Severity {
	worst := Severity("")
	for _, f := range d.Findings {
		if f.Ignored == "" && (worst == "" || rank(f.Severity) < rank(worst)) {
			worst = f.Severity
		}
	}
	return worst
}

func rank(s Severity) int { return slices.Index([]Severity{Error, Warning, Info}, s) }

// IgnoreTag is the key of a service's tag that accepts findings: codes separated by any characters that a tag's value
// may contain, such as "SPOT103+SPOT110".
const IgnoreTag = "spothandler-ignore"

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
