package deploy

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/handler"
)

// Status is what can be said of an installation: shown by status, and as "installation" in JSON.
type Status struct {
	Prefix           string         `json:"prefix"`
	Region           string         `json:"region"`
	Account          string         `json:"account"`
	Healthy          bool           `json:"healthy"`
	UpgradeAvailable bool           `json:"upgrade_available"`
	Problems         []Problem      `json:"problems"`
	Settings         map[string]any `json:"settings"`
	Outputs          Outputs        `json:"outputs"`
	Warnings         []string       `json:"-"`
	Reminders        []string       `json:"-"` // of what was asked for and is easily forgotten
	Changes          []Change       `json:"-"` // what install would do
}

// Problem is one reason why an installation is not healthy.
type Problem struct {
	Code     string  `json:"code"` // missing, differs, broken, not_ours, foreign, overlap, concurrency_zero
	Resource Kind    `json:"resource,omitempty"`
	Name     string  `json:"name,omitempty"`
	Message  string  `json:"message"`
	Fields   []Field `json:"fields,omitempty"`
}

// Codes of a Problem.
const (
	ProblemMissing         = "missing"
	ProblemDiffers         = "differs"
	ProblemBroken          = "broken"
	ProblemNotOurs         = "not_ours"
	ProblemForeign         = "foreign_additions"
	ProblemOverlap         = "overlap"
	ProblemConcurrencyZero = "concurrency_zero"
)

// Assess compares an installation with its own record: the code that was installed is right, and so is
// the embedded one, even though a newer binary would install another. It is pure.
func Assess(i *Installation, embedded Release, others []Listed) (Status, error) {
	spec, warnings, err := i.Resolve(nil, false)
	if err != nil {
		return Status{}, err
	}
	release := embedded
	if i.Record != nil {
		release = Release{Version: i.Record.Version, CodeSHA256: i.Record.CodeSHA256}
	}
	want, err := Desired(i.Names, spec, release)
	if err != nil {
		return Status{}, err
	}
	if f := i.State.Function; f != nil && f.CodeSHA256 == embedded.CodeSHA256 {
		want.Function.CodeSHA256 = embedded.CodeSHA256
	}
	have := i.WithoutStrangers()
	status := Status{
		Prefix: i.Names.Prefix, Region: i.Names.Region, Account: i.Names.Account,
		Settings: settings.JSON(spec), Outputs: i.Outputs(), Warnings: slices.Concat(warnings, i.unchecked(), i.retentionWarning(spec)), Reminders: idle(spec),
		Changes: Plan(want, have),
	}
	status.Problems = problems(i, spec, status.Changes, others)
	status.Healthy = len(status.Problems) == 0
	status.UpgradeAvailable = status.Healthy && i.upgradable(embedded)
	return status, nil
}

// idle reminds of settings with which no interruption is answered.
func idle(spec settings.Spec) []string {
	var reminders []string
	if spec.RuleState == ruleDisabled {
		reminders = append(reminders, "the rule is DISABLED, as was asked: no interruption is heard")
	}
	if spec.Redeploy == handler.ModeObserve {
		reminders = append(reminders, "redeploy is observe, as was asked: interruptions are only logged")
	}
	return reminders
}

// upgradable says that this binary would install newer code.
func (i *Installation) upgradable(embedded Release) bool {
	return i.Record != nil && !newer(i.Record.Version, embedded.Version) &&
		(embedded.CodeSHA256 != "" && embedded.CodeSHA256 != i.Record.CodeSHA256 || newer(embedded.Version, i.Record.Version))
}

// problems lists what is wrong, in the order of the resources, what only a person can mend last.
func problems(i *Installation, spec settings.Spec, changes []Change, others []Listed) []Problem {
	list := []Problem{}
	strangers := map[Kind]bool{}
	for _, s := range i.Strangers() {
		strangers[s.Resource] = true
		list = append(list, Problem{Code: ProblemNotOurs, Resource: s.Resource, Name: s.Name, Message: fmt.Sprintf("%s %s is not ours. %s", s.Resource.Words(), s.Name, s.Why)})
	}
	for _, change := range withoutRemade(changes, i.State) {
		if !strangers[change.Resource] {
			list = append(list, problemOf(change))
		}
	}
	for _, f := range i.WithoutStrangers().Foreign {
		list = append(list, Problem{Code: ProblemForeign, Resource: f.Resource, Name: f.Name, Message: fmt.Sprintf("%s %s has an addition that is not ours: %s", f.Resource.Words(), f.Name, f.What)})
	}
	if spec.ReservedConcurrency == 0 {
		list = append(list, Problem{Code: ProblemConcurrencyZero, Resource: KindFunction, Name: i.Names.Function, Message: fmt.Sprintf("function %s has a reserved concurrency of 0: no invocation can run", i.Names.Function)})
	}
	for _, message := range Overlaps(others, spec) {
		list = append(list, Problem{Code: ProblemOverlap, Message: message})
	}
	return list
}

// withoutRemade leaves out the creations that only follow from a replaced function: the function is not
// missing, nor is the permission that goes with it.
func withoutRemade(changes []Change, have State) []Change {
	if !slices.ContainsFunc(changes, func(c Change) bool { return c.Action == Delete }) {
		return changes
	}
	return slices.DeleteFunc(slices.Clone(changes), func(c Change) bool {
		return c.Action == Create && (c.Resource == KindFunction || c.Resource == KindPermission && have.Permission != nil)
	})
}

func problemOf(change Change) Problem {
	problem := Problem{Code: ProblemDiffers, Resource: change.Resource, Name: change.Name, Fields: change.Fields}
	switch change.Action {
	case Create:
		problem.Code, problem.Fields = ProblemMissing, nil
		problem.Message = fmt.Sprintf("%s %s is missing", change.Resource.Words(), change.Name)
	case Delete: // the function that has to be made anew
		problem.Code, problem.Fields = ProblemBroken, nil
		problem.Message = "has to be made anew: " + change.Fields[0].Old
	default:
		paths := make([]string, 0, len(change.Fields))
		for _, field := range change.Fields {
			paths = append(paths, field.Path)
		}
		problem.Message = fmt.Sprintf("%s %s differs: %s", change.Resource.Words(), change.Name, strings.Join(paths, ", "))
	}
	return problem
}

// DisplayPrefix is a prefix as a person reads it; the empty one has words.
func DisplayPrefix(prefix string) string {
	if prefix == "" {
		return "(no prefix)"
	}
	return prefix
}

// CheckVersion refuses to touch an installation of a newer version than the binary's.
func (i *Installation) CheckVersion(version string, allowDowngrade bool) error {
	if i.Record == nil || allowDowngrade || !newer(i.Record.Version, version) {
		return nil
	}
	return &apperr.Error{
		Code:    apperr.CodeNewer,
		Message: fmt.Sprintf("the installation is of version %s, newer than this spothandler %s", i.Record.Version, version),
		Hints:   []string{"use spothandler " + i.Record.Version + " or newer", "--allow-downgrade   install the older one all the same"},
	}
}

// newer compares semantic versions; what is none is neither newer nor older.
func newer(a, b string) bool {
	a, b = "v"+strings.TrimPrefix(a, "v"), "v"+strings.TrimPrefix(b, "v")
	return semver.IsValid(a) && semver.IsValid(b) && semver.Compare(a, b) > 0
}
