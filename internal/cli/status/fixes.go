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
	if has(deploy.ProblemConcurrencyZero) {
		options = append(options, "--reserved-concurrency -1")
	}
	if has(deploy.ProblemNoCluster) {
		options = append(options, "--cluster NAME   clusters that exist")
	}
	if has(deploy.ProblemOverlap) {
		options = append(options, "--cluster NAME   clusters that no other installation watches")
	}
	return options
}

// allAdoptable reports whether install --adopt takes over everything that is not ours.
func allAdoptable(status deploy.Status) bool {
	return !slices.ContainsFunc(status.Problems, func(p deploy.Problem) bool { return p.Code == deploy.ProblemNotOurs && !p.Adoptable })
}
