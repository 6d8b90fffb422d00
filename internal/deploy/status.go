package deploy

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/history"
)

// Status describes the state of an installation: shown by status, and as "installation" in JSON.
type Status struct {
	Prefix           string                `json:"prefix"`
	Region           string                `json:"region"`
	Account          string                `json:"account"`
	Healthy          bool                  `json:"healthy"`
	Verdict          Verdict               `json:"verdict"`
	Problems         []Problem             `json:"problems"`
	Reminders        []string              `json:"reminders"` // settings that were chosen and are easily forgotten
	Warnings         []string              `json:"warnings"`
	UpgradeAvailable bool                  `json:"upgrade_available"`
	NotChecked       []resource.NotChecked `json:"not_checked"`
	Settings         map[string]any        `json:"settings"`
	Outputs          Outputs               `json:"outputs"`

	// The function's activity, if the caller has read its records; else nil.
	Last24h *history.Day    `json:"last_24h"`
	Latest  *history.Latest `json:"latest"` // also nil if there was no interruption

	Spec      settings.Spec     `json:"-"`
	Changes   []resource.Change `json:"-"` // what an install would change
	Resources []Resource        `json:"-"` // all resources, in the order of creation
}

// Verdict summarizes the state of an installation.
type Verdict string

// The verdicts, best first.
const (
	Healthy             Verdict = "healthy"
	NeedsAttention      Verdict = "needs_attention" // an install would not fix it
	Differs             Verdict = "differs"
	MissesInterruptions Verdict = "misses_interruptions"
)

// Resource describes one resource of an installation.
type Resource struct {
	resource.ID
	Detail string // "" if there is none, or the resource is missing
}

// Assess compares an installation with its own record. Both the installed code and the embedded code count as
// right, even if a newer binary would install another. It is a pure function.
func Assess(i *Installation, embedded resource.Release, others []Listed) (Status, error) {
	i = i.withRecord()
	spec, warnings, err := i.Resolve(nil, false)
	if err != nil {
		return Status{}, err
	}
	release := embedded
	if i.Record != nil {
		release = resource.Release{Version: i.Record.Version, CodeSHA256: i.Record.CodeSHA256}
	}
	want, err := resource.Desired(i.Names, spec, release)
	if err != nil {
		return Status{}, err
	}
	if f := i.State.Function; f != nil && f.CodeSHA256 == embedded.CodeSHA256 {
		want.Function.CodeSHA256 = embedded.CodeSHA256
	}
	status := Status{
		Prefix: i.Names.Prefix, Region: i.Names.Region, Account: i.Names.Account,
		Settings: settings.JSON(spec), Outputs: i.Outputs(), Spec: spec,
		Warnings: append(append([]string{}, warnings...), i.retentionWarning(spec)...), Reminders: append(idleReminders(spec), i.forwarding()...),
		NotChecked: append([]resource.NotChecked{}, i.unchecked()...),
		Resources:  describe(want, i.compared()),
	}
	changes, outdated := i.drift(resource.Plan(want, i.compared()), spec, embedded)
	status.Changes = ownChanges(i.Unowned(), changes)
	status.Warnings = append(status.Warnings, i.beyondVersion(want, changes)...)
	status.Problems = problems(i, want, spec, changes, others)
	status.Healthy = len(status.Problems) == 0
	status.Verdict = verdictOf(status.Problems, status.Changes)
	status.UpgradeAvailable = i.upgradable(embedded, outdated)
	return status, nil
}

// verdictOf returns what a user wants to know first: whether the installation still works.
func verdictOf(problems []Problem, changes []resource.Change) Verdict {
	switch {
	case len(problems) == 0:
		return Healthy
	case slices.ContainsFunc(problems, func(problem Problem) bool { return problem.Vital }):
		return MissesInterruptions
	case len(changes) == 0:
		return NeedsAttention
	}
	return Differs
}

func describe(want, have resource.State) []Resource {
	var all []Resource
	for _, id := range want.IDs() {
		all = append(all, Resource{id, have.Detail(id)})
	}
	return all
}

// idleReminders returns reminders of settings with which no interruption is handled.
func idleReminders(spec settings.Spec) []string {
	reminders := []string{}
	if spec.RuleState == string(types.RuleStateDisabled) {
		reminders = append(reminders, "the rule is DISABLED, as configured: interruptions are not handled")
	}
	if spec.Redeploy == handler.ModeObserve {
		reminders = append(reminders, "redeploy is observe, as configured: interruptions are only logged")
	}
	return reminders
}

// upgradable reports whether this binary would install something newer: the code or, if outdated, another
// part.
func (i *Installation) upgradable(embedded resource.Release, outdated bool) bool {
	return i.Record != nil && !newer(i.Record.Version, embedded.Version) &&
		(outdated || embedded.CodeSHA256 != "" && embedded.CodeSHA256 != i.Record.CodeSHA256 || newer(embedded.Version, i.Record.Version))
}

// checkVersion returns an error for an installation of a newer version than the binary's.
func (i *Installation) checkVersion(version string, allowDowngrade bool) error {
	if i.Record == nil || allowDowngrade || !newer(i.Record.Version, version) {
		return nil
	}
	return &apperr.Error{
		Code:    apperr.CodeNewer,
		Message: fmt.Sprintf("the installation has version %s, newer than this spothandler %s", i.Record.Version, version),
		Hints:   []string{"use spothandler " + i.Record.Version + " or newer", "--allow-downgrade   install the older version anyway"},
	}
}

// newer compares semantic versions; any other version is neither newer nor older.
func newer(a, b string) bool {
	a, b = "v"+strings.TrimPrefix(a, "v"), "v"+strings.TrimPrefix(b, "v")
	return semver.IsValid(a) && semver.IsValid(b) && semver.Compare(a, b) > 0
}

// drift returns the changes without the differences between versions, and whether there are such differences.
// Equal versions have none.
func (i *Installation) drift(changes []resource.Change, spec settings.Spec, embedded resource.Release) (drifted []resource.Change, outdated bool) {
	if i.Record == nil || i.isOf(embedded) {
		return changes, false
	}
	return i.State.Drift(changes, i.Record.Written, i.Names, spec)
}

// isOf reports whether this binary's version and code are the recorded ones. A binary without embedded code
// is compared by its version only.
func (i *Installation) isOf(embedded resource.Release) bool {
	return i.Record.Version == embedded.Version && (embedded.CodeSHA256 == "" || i.Record.CodeSHA256 == embedded.CodeSHA256)
}

// DenialElsewhere returns what to do where IAM denies the function's role an action that its own policy allows:
// another policy denies it, and an install would change nothing. It returns "" if the role or its policy is
// missing, was not read or differs.
func (s *Status) DenialElsewhere(role *resource.Role) string {
	differs := func(p Problem) bool { return p.Kind == resource.KindRole && p.Code != ProblemForeign }
	if role == nil || role.Policy == "" || slices.ContainsFunc(s.Problems, differs) {
		return ""
	}
	suspects := slices.Concat(role.Inline, role.Attached)
	if role.Boundary != "" {
		suspects = append(suspects, "its permissions boundary "+role.Boundary+" (--permissions-boundary)")
	}
	suspects = append(suspects, "the organization's service control policies")
	return "find the policy that denies it: the role's own policy allows it; look at " + strings.Join(suspects, ", ")
}
