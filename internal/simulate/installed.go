package simulate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/services"
)

// Installed is the installation that is rehearsed.
type Installed struct {
	*deploy.Installation
	Status deploy.Status
	// Scope are the flags of a command about this very installation, with a blank before each: " --prefix prod".
	Scope string
}

// fault is what is wrong with a link.
type fault struct{ detail, cure string }

// Rule is the rule of interruptions as it was found, nil where it is missing.
func (i *Installed) Rule() *deploy.Rule {
	for _, trigger := range i.State.Triggers {
		if trigger.Rule != nil && trigger.Rule.Name == i.Names.Rule {
			return trigger.Rule
		}
	}
	return nil
}

// faults are the links that the installation itself shows to be broken for this event, the first of each.
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
		if problem.Vital || problem.Kind == deploy.KindLogGroup && problem.Code == deploy.ProblemMissing {
			note(linkOf(problem.Kind), fault{problem.Message, i.cureOf(problem)})
		}
	}
	note(LinkRule, i.deaf(event))
	return found
}

// linkOf is the link that a resource belongs to.
func linkOf(kind deploy.Kind) Link {
	switch kind {
	case deploy.KindRule, deploy.KindTarget:
		return LinkRule
	case deploy.KindRole:
		return LinkPermission
	case deploy.KindLogGroup:
		return LinkRecord
	}
	return LinkFunction
}

func (i *Installed) cureOf(problem deploy.Problem) string {
	if problem.Code == deploy.ProblemNotOurs {
		return "spothandler status" + i.Scope
	}
	return i.install()
}

// install is the command that heals the installation, with what of its flags it takes.
func (i *Installed) install(flags ...string) string {
	return strings.Join(append([]string{"spothandler install" + i.Scope}, flags...), " ")
}

// cureOfDenial is what helps where IAM denies the role a redeployment. Its policy may be restricted to other clusters.
func (i *Installed) cureOfDenial(event handler.Event) string {
	cluster, _ := event.Detail["clusterArn"].(string)
	if cure := i.Status.DenialElsewhere(i.State.Role); cure != "" && (len(i.Status.Spec.Clusters) == 0 || i.hears(cluster)) {
		return cure
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
		f.cure = i.install("--rule-state ENABLED")
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
		f.cure = i.install(fmt.Sprintf("--reserved-concurrency %d", settings.Unreserved))
	}
	return f
}

// deaf says why the rule's pattern leaves the event out. A pattern that our own matcher does not know is left to the
// rehearsal.
func (i *Installed) deaf(event handler.Event) fault {
	rule := i.Rule()
	if rule == nil {
		return fault{}
	}
	matches, err := services.MatchesAny(rule.Pattern, []handler.Event{event.Simulated()})
	if matches || err != nil {
		return fault{}
	}
	hearsReal, _ := services.MatchesAny(rule.Pattern, []handler.Event{event})
	clusters := i.Status.Spec.Clusters
	switch cluster, _ := event.Detail["clusterArn"].(string); {
	case hearsReal:
		return fault{rule.Name + " hears interruptions, but is of a version that knows no rehearsal", "spothandler upgrade" + i.Scope}
	case len(clusters) > 0 && !i.hears(cluster):
		flags := []string{}
		for _, each := range append(slices.Clone(clusters), handler.NameOf(cluster)) {
			flags = append(flags, "--cluster "+each)
		}
		return fault{fmt.Sprintf("%s hears only the clusters %s", rule.Name, strings.Join(clusters, ", ")), i.install(flags...)}
	}
	return fault{rule.Name + " does not match the event", i.install()}
}

func (i *Installed) hears(clusterARN string) bool {
	return slices.ContainsFunc(i.Status.Spec.Clusters, func(each string) bool { return i.Names.ClusterARN(each) == clusterARN })
}
