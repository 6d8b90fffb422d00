package deploy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// Problem is one reason why an installation is not healthy.
type Problem struct {
	Code        string           `json:"code"` // missing, differs, broken, not_ours, foreign, overlap, concurrency_zero
	resource.ID                  // of the resource; zero if it concerns none
	Message     string           `json:"message"`
	Fields      []resource.Field `json:"fields,omitempty"`
	// Others are the prefixes of the installations that watch the same clusters.
	Others []string `json:"others,omitempty"`

	// Hints are commands that fix it, if install alone does not.
	Hints []string `json:"hints,omitempty"`

	Vital     bool `json:"-"` // interruptions are not handled
	NoCluster bool `json:"-"` // the Region has no cluster that could be watched instead
	Adoptable bool `json:"-"` // it does not belong to the installation, and install --adopt takes it over
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

// problems lists what is wrong in the order of the resources, followed by what only a user can fix.
func problems(i *Installation, want resource.State, spec settings.Spec, changes []resource.Change, others []Listed) []Problem {
	list := unownedProblems(i.Unowned(), changes)
	for _, change := range ownChanges(i.Unowned(), resource.WithoutRecreated(changes, want, i.State)) {
		list = append(list, problemOf(change))
	}
	for _, f := range i.owned().Foreign() {
		list = append(list, Problem{Code: ProblemForeign, ID: f.ID, Message: f.Describe(), Hints: []string{f.Hint(i.Names)}})
	}
	if spec.ReservedConcurrency == 0 {
		list = append(list, Problem{
			Code: ProblemConcurrencyZero, ID: want.Function.ID(), Vital: true,
			Message: fmt.Sprintf("%s has a reserved concurrency of 0: no invocation can run", want.Function.ID()),
		})
	}
	if overlapping := Overlaps(others, spec); len(overlapping) > 0 && i.mayWatch() {
		list = append(list, Problem{Code: ProblemOverlap, Message: OverlapMessage(spec, overlapping), Others: overlapping})
	}
	return list
}

// mayWatch reports whether interruptions can reach the installation: without role and rule, as a function alone whose
// tags say that it belongs to the installation, it watches no cluster.
func (i *Installation) mayWatch() bool {
	return i.Record != nil || slices.ContainsFunc(i.owned().Triggers, func(t resource.Trigger) bool { return t.Rule != nil })
}

// unownedProblems returns a problem for each resource that does not belong to the installation. It is vital only if the
// resource was found to differ in a way that prevents handling interruptions.
func unownedProblems(unowned []resource.Unowned, changes []resource.Change) []Problem {
	problems := []Problem{}
	for _, each := range unowned {
		problem := Problem{Code: ProblemNotOurs, ID: each.ID, Message: each.Describe() + ". " + each.Why, Adoptable: each.Adoption != ""}
		if each.Lost != "" {
			problem.Message = fmt.Sprintf("%s %s.", each.ID, each.Lost)
			problem.Hints = []string{each.RestoreHint()}
		}
		for _, change := range changes {
			if change.ID != each.ID || !change.Vital || problem.Vital {
				continue
			}
			problem.Vital = true
			problem.Message += " It differs: " + strings.Join(pathsOf(change.Fields), ", ")
		}
		problems = append(problems, problem)
	}
	return problems
}

// ownChanges returns the changes without those of resources that do not belong to the installation.
func ownChanges(unowned []resource.Unowned, changes []resource.Change) []resource.Change {
	return slices.DeleteFunc(slices.Clone(changes), func(change resource.Change) bool {
		return slices.ContainsFunc(unowned, func(each resource.Unowned) bool { return each.ID == change.ID })
	})
}

// pathsOf returns the paths of fields other than tags.
func pathsOf(fields []resource.Field) []string {
	var paths []string
	for _, field := range fields {
		if !strings.HasPrefix(field.Path, "tags.") && !strings.HasPrefix(field.Path, "record") {
			paths = append(paths, field.Path)
		}
	}
	return paths
}

func problemOf(change resource.Change) Problem {
	problem := Problem{Code: ProblemDiffers, ID: change.ID, Fields: change.Fields, Vital: change.Vital}
	switch change.Action {
	case resource.Create:
		problem.Code, problem.Fields = ProblemMissing, nil
		problem.Message = fmt.Sprintf("%s is missing", change.ID)
	case resource.Delete: // must be recreated
		problem.Code, problem.Fields = ProblemBroken, nil
		for _, field := range change.Fields {
			problem.Message = "must be recreated: " + field.Old
		}
	default:
		if lacksPolicy(change) {
			problem.Message = fmt.Sprintf("%s differs: its policy is missing", change.ID)
			break
		}
		if len(change.Fields) == 1 && change.Fields[0].Path == resource.TrustsOthers {
			problem.Message = fmt.Sprintf("%s differs: other principals may assume it as well: %s", change.ID, change.Fields[0].Old)
			break
		}
		paths := make([]string, 0, len(change.Fields))
		for _, field := range change.Fields {
			paths = append(paths, field.Path)
		}
		problem.Message = fmt.Sprintf("%s differs: %s", change.ID, strings.Join(paths, ", "))
	}
	return problem
}

// lacksPolicy reports whether all that a role lacks is its whole inline policy.
func lacksPolicy(c resource.Change) bool {
	return c.Kind == resource.KindRole && len(c.Fields) > 0 &&
		!slices.ContainsFunc(c.Fields, func(f resource.Field) bool { return !isPolicy(f) || f.Old != "" }) &&
		slices.ContainsFunc(c.Fields, func(f resource.Field) bool { return f.Path == "policy" || strings.HasPrefix(f.Path, "policy.Version") })
}
