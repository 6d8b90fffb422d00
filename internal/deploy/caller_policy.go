package deploy

import "github.com/spothandler/spothandler/internal/apperr"

// Errand is what a caller is going to do with an installation.
type Errand struct {
	Install   bool // upgrade as well
	Status    bool
	Uninstall bool
	KeepLogs  bool // uninstall --keep-logs, and never without it: the logs cannot be deleted
	Force     bool // uninstall --force
}

// MaxCallerPolicy is how long a managed policy may be (IAM quotas), in characters that are not white space.
const MaxCallerPolicy = 6144

// CallerPolicy is the IAM policy, as JSON, that lets a caller do an errand at the installations of these
// names, one a region, with the settings of this Spec, and nothing else. Its conditions let the role be
// passed to Lambda alone, EventBridge alone be permitted to invoke the function, the function alone become
// the rule's target, and no role be made without the boundary that is asked for. Only what has no resource
// level has the resource * (Service Authorization Reference). The error is that of too many regions.
func CallerPolicy(places []Names, spec Spec, errand Errand) (string, error) {
	uses := errand.uses(spec)
	var grants []statement
	for _, each := range callerStatements(places, spec) {
		each.Effect = "Allow"
		if actions := actionsFor(uses, each.rights); len(actions) > 0 {
			each.Action = actions
			grants = append(grants, each.statement)
		}
	}
	policy := encodeJSON(policyDocument{"2012-10-17", grants})
	if len(policy) > MaxCallerPolicy {
		return "", apperr.Invalid("fewer regions, and a policy for each of the others", "the policy for %d regions has %d characters, IAM allows %d", len(places), len(policy), MaxCallerPolicy)
	}
	return policy, nil
}

// grant is a statement and the actions that it may have.
type grant struct {
	statement
	rights []right
}

func callerStatements(places []Names, spec Spec) []grant {
	in := func(resources ...func(Names) string) any { return inPlaces(places, resources...) }
	role := in(Names.RoleARN, func(n Names) string {
		// IAM knows a role that is not there, or not yet, by its name alone, and takes its path for /.
		return n.ARN("iam", "", "role/"+n.Role)
	})
	logGroup := in(Names.LogGroupARN, func(n Names) string {
		// The calls about tags know a log group without this, the others with it (CloudWatch Logs API, LogGroup).
		return n.LogGroupARN() + ":*"
	})
	function, rule := in(Names.FunctionARN), in(Names.RuleARN)
	viaLambda := in(func(n Names) string {
		// China's name of a service has a further ending (KMS Developer Guide, kms:ViaService).
		return "lambda." + n.Region + ".amazonaws.com*"
	})
	return []grant{
		{statement{Sid: "Role", Resource: role}, roleRights()},
		{statement{Sid: "Boundary", Resource: role, Condition: only("StringEquals", "iam:PermissionsBoundary", spec.Boundary)}, boundaryRights()},
		{statement{Sid: "PassRole", Resource: in(Names.RoleARN), Condition: only("StringEquals", "iam:PassedToService", lambdaPrincipal)}, passRights()},
		{statement{Sid: "Logs", Resource: logGroup}, logRights()},
		{statement{Sid: "Function", Resource: function}, functionRights()},
		{statement{Sid: "Permission", Resource: function, Condition: only("StringEquals", "lambda:Principal", eventsPrincipal)}, permissionRights()},
		{statement{Sid: "Rule", Resource: rule}, ruleRights()},
		{statement{Sid: "Target", Resource: rule, Condition: only("ArnEquals", "events:TargetArn", function)}, targetRights()},
		{statement{Sid: "InstanceProfiles", Resource: in(Names.instanceProfilesARN)}, profileRights()},
		{statement{Sid: "Key", Resource: spec.KMSKey, Condition: only("StringLike", "kms:ViaService", viaLambda)}, keyRights()},
		{statement{Sid: "NoResourceLevel", Resource: "*"}, unscopedRights()},
	}
}

// inPlaces is what the installations have of something: a list, or one word where there is one.
func inPlaces(places []Names, resources ...func(Names) string) any {
	var all []string
	for _, names := range places {
		for _, resource := range resources {
			all = append(all, resource(names))
		}
	}
	if len(all) == 1 {
		return all[0]
	}
	return all
}

func only(operator, key string, value any) map[string]map[string]any {
	return map[string]map[string]any{operator: {key: value}}
}

// use is what an action is needed for.
type use uint

const (
	looking   use = 1 << iota // what each command begins with
	comparing                 // what each but an uninstall begins with
	installing
	removing
	deletingLogs
	keepingLogs
	forcing

	// What installing needs for a setting; without it, to have it cleared.
	withBoundary
	withoutBoundary
	withKey
	withVPC
	reserving // executions: without the right, an install goes on, and fails later where there are none
	// readingKeyed compares an environment that a key encrypts.
	readingKeyed
)

func (e Errand) uses(spec Spec) use {
	bounded, keyed := spec.Boundary != "", spec.KMSKey != ""
	uses := looking
	if e.Install {
		uses |= installing | comparing | reserving.when(spec.ReservedConcurrency > 0) | readingKeyed.when(keyed) | withKey.when(keyed) | withVPC.when(len(spec.Subnets) > 0) |
			withBoundary.when(bounded) | withoutBoundary.when(!bounded)
	}
	if e.Status {
		uses |= comparing | readingKeyed.when(keyed)
	}
	if e.Uninstall {
		uses |= removing | keepingLogs.when(e.KeepLogs) | deletingLogs.when(!e.KeepLogs) | forcing.when(e.Force)
	}
	return uses
}

func (u use) when(asked bool) use {
	if asked {
		return u
	}
	return 0
}

// right is an action and what it is needed for.
type right struct {
	action string
	uses   use
}

func actionsFor(uses use, rights []right) []string {
	var actions []string
	for _, right := range rights {
		if right.uses&uses != 0 {
			actions = append(actions, right.action)
		}
	}
	return actions
}
