package status

import (
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// installOptions returns the options with which install fixes the problems, one string for each hint.
func installOptions(status deploy.Status) []string {
	options := fixes(status)
	names := nameFlags(status)
	for index := range options {
		options[index] = strings.TrimRight(" "+names+options[index], " ")
	}
	return options
}

// nameFlags returns the flags with the names of an installation whose role, which recorded them, is missing.
func nameFlags(status deploy.Status) string {
	if !slices.ContainsFunc(status.Problems, func(p deploy.Problem) bool { return p.Code == deploy.ProblemMissing && p.Kind == resource.KindRole }) {
		return ""
	}
	flags, defaults := "", settings.Defaults(status.Prefix)
	if name := status.Spec.FunctionName; name != defaults.FunctionName {
		flags += "--function-name " + name + " "
	}
	if name := status.Spec.RuleName; name != defaults.RuleName {
		flags += "--rule-name " + name + " "
	}
	return flags
}

// fixes returns the options of install for each problem that it fixes, without those for names.
func fixes(status deploy.Status) []string {
	has := func(code string) bool {
		return slices.ContainsFunc(status.Problems, func(problem deploy.Problem) bool { return problem.Code == code })
	}
	var options []string
	switch {
	case has(deploy.ProblemNotOurs) && allAdoptable(status):
		options = append(options, "--adopt --dry-run   shows what a takeover would change")
	case len(status.Changes) > 0 && !has(deploy.ProblemNotOurs): // which install refuses
		options = append(options, "", "--dry-run   shows what would change")
	}
	return options
}

// change is a change of settings that fixes a problem.
type change struct{ flags, remark string }

// changes returns the changes of settings that fix the problems.
func changes(status deploy.Status) []change {
	var all []change
	for _, each := range []struct {
		code string
		change
	}{
		{deploy.ProblemConcurrencyZero, change{"--reserved-concurrency -1", ""}},
		{deploy.ProblemNoCluster, change{"--cluster NAME", "clusters that exist"}},
		{deploy.ProblemOverlap, change{"--cluster NAME", "clusters that no other installation watches"}},
	} {
		if slices.ContainsFunc(status.Problems, func(problem deploy.Problem) bool { return problem.Code == each.code && !problem.NoCluster }) {
			all = append(all, each.change)
		}
	}
	return all
}

// allAdoptable reports whether install --adopt takes over everything that is not ours.
func allAdoptable(status deploy.Status) bool {
	return !slices.ContainsFunc(status.Problems, func(p deploy.Problem) bool { return p.Code == deploy.ProblemNotOurs && !p.Adoptable })
}
