package simulate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/services"
)

// Installed is the installation that is rehearsed.
type Installed struct {
	*deploy.Installation
	Status deploy.Status
	// Scope holds the flags that select this installation in a command, with a leading space: " --prefix prod".
	Scope string
	// Change returns the hint that changes settings, given as flags of install; if it is nil, that is an install with them.
	Change func(flags string) string
}

// fault describes what is wrong with a link, and how to fix it.
type fault struct{ detail, fix string }

// Rule returns the rule for interruptions as found, or nil if it is missing.
func (i *Installed) Rule() *resource.Rule {
	for _, trigger := range i.State.Triggers {
		if trigger.Rule != nil && trigger.Rule.Name == i.Names.Rule {
			return trigger.Rule
		}
	}
	return nil
}

// faults returns the links that are known to be broken for this event from the installation's state, with the first
// fault of each.
func (i *Installed) faults(event handler.Event) map[Link]fault {
	found := map[Link]fault{}
	note := func(link Link, f fault) {
		if _, known := found[link]; !known && f.detail != "" {
			found[link] = f
		}
	}
	note(LinkRule, i.disabled())
	note(LinkFunction, i.throttled())
	for _, problem := range i.Status.Problems {
		if problem.Vital || problem.Kind == resource.KindLogGroup && problem.Code == deploy.ProblemMissing {
			note(linkOf(problem.Kind), fault{problem.Message, i.fixOf(problem)})
		}
	}
	note(LinkRule, i.unmatched(event))
	return found
}

// linkOf returns the link that a kind of resource belongs to.
func linkOf(kind resource.Kind) Link {
	switch kind {
	case resource.KindRule, resource.KindTarget:
		return LinkRule
	case resource.KindRole:
		return LinkPermission
	case resource.KindLogGroup:
		return LinkRecord
	}
	return LinkFunction
}

func (i *Installed) fixOf(problem deploy.Problem) string {
	if problem.Code == deploy.ProblemNotOurs {
		return "spothandler status" + i.Scope
	}
	return i.install()
}

// install returns the command that repairs the installation, with these flags.
func (i *Installed) install(flags ...string) string {
	if i.Change != nil && len(flags) > 0 {
		return i.Change(strings.Join(flags, " "))
	}
	return strings.Join(append([]string{"spothandler install" + i.Scope}, flags...), " ")
}

// fixOfDenial returns what to do if IAM denies the role a redeployment. Its policy may be restricted to other
// clusters.
func (i *Installed) fixOfDenial(event handler.Event) string {
	cluster, _ := event.Detail["clusterArn"].(string)
	if fix := i.Status.DenialElsewhere(i.State.Role); fix != "" && (len(i.Status.Spec.Clusters) == 0 || i.covers(cluster)) {
		return fix
	}
	return i.install()
}

func (i *Installed) disabled() fault {
	rule := i.Rule()
	if rule == nil || rule.State != "DISABLED" {
		return fault{}
	}
	f := fault{rule.Name + " is DISABLED: the function is not invoked", i.install()}
	if i.Status.Spec.RuleState == rule.State {
		f.fix = i.install("--rule-state ENABLED")
	}
	return f
}

func (i *Installed) throttled() fault {
	function := i.State.Function
	if function == nil || function.ReservedConcurrency != 0 {
		return fault{}
	}
	f := fault{function.Name + " has a reserved concurrency of 0: no invocation can run", i.install()}
	if i.Status.Spec.ReservedConcurrency == 0 {
		f.fix = i.install(fmt.Sprintf("--reserved-concurrency %d", settings.Unreserved))
	}
	return f
}

// unmatched returns the fault if the rule's pattern does not match the event. A pattern that our own matcher does not
// support is left to the rehearsal.
func (i *Installed) unmatched(event handler.Event) fault {
	rule := i.Rule()
	if rule == nil {
		return fault{}
	}
	matches, err := services.MatchesAny(rule.Pattern, []handler.Event{event.Simulated()})
	if matches || err != nil {
		return fault{}
	}
	matchesReal, _ := services.MatchesAny(rule.Pattern, []handler.Event{event})
	clusters := i.Status.Spec.Clusters
	switch cluster, _ := event.Detail["clusterArn"].(string); {
	case matchesReal:
		return fault{rule.Name + " matches interruptions, but its version does not support rehearsals", "spothandler upgrade" + i.Scope}
	case len(clusters) > 0 && !i.covers(cluster):
		flags := []string{}
		for _, each := range append(slices.Clone(clusters), handler.NameOf(cluster)) {
			flags = append(flags, "--cluster "+each)
		}
		return fault{fmt.Sprintf("%s matches only the clusters %s", rule.Name, strings.Join(clusters, ", ")), i.install(flags...)}
	}
	return fault{rule.Name + " does not match the event", i.install()}
}

func (i *Installed) covers(clusterARN string) bool {
	return slices.ContainsFunc(i.Status.Spec.Clusters, func(each string) bool { return i.Names.ClusterARN(each) == clusterARN })
}
