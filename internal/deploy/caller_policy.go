package deploy

// Errand is what a caller is going to do with an installation.
type Errand struct {
	Install   bool // upgrade as well
	Status    bool
	Uninstall bool
	KeepLogs  bool // uninstall --keep-logs, and never without it: the logs cannot be deleted
	Force     bool // uninstall --force
}

// CallerPolicy is the IAM policy, as JSON, that lets a caller do an errand at the installation of these
// names with the settings of this Spec, and nothing else. Its conditions let the role be passed to Lambda
// alone, EventBridge alone be permitted to invoke the function, the function alone become the rule's
// target, and no role be made without the boundary that is asked for. Only what has no resource level
// has the resource * (Service Authorization Reference).
func CallerPolicy(names Names, spec Spec, errand Errand) string {
	uses := errand.uses(spec)
	function, rule := names.FunctionARN(), names.RuleARN()
	// IAM knows a role that is not there, or not yet, by its name alone, and takes its path for /.
	role := []string{names.RoleARN(), names.arn("iam", "", "role/"+names.Role)}
	// The calls about tags know a log group without the colon, the others with it (CloudWatch Logs API, LogGroup).
	logGroup := []string{names.LogGroupARN(), names.LogGroupARN() + ":*"}
	// China's name of a service has a further ending (KMS Developer Guide, kms:ViaService).
	viaLambda := "lambda." + names.Region + ".amazonaws.com*"

	var grants []statement
	for _, each := range []struct {
		statement
		rights []right
	}{
		{statement{Sid: "Role", Resource: role}, roleRights()},
		{statement{Sid: "Boundary", Resource: role, Condition: only("StringEquals", "iam:PermissionsBoundary", spec.Boundary)}, boundaryRights()},
		{statement{Sid: "PassRole", Resource: names.RoleARN(), Condition: only("StringEquals", "iam:PassedToService", lambdaPrincipal)}, passRights()},
		{statement{Sid: "Logs", Resource: logGroup}, logRights()},
		{statement{Sid: "Function", Resource: function}, functionRights()},
		{statement{Sid: "Permission", Resource: function, Condition: only("StringEquals", "lambda:Principal", eventsPrincipal)}, permissionRights()},
		{statement{Sid: "Rule", Resource: rule}, ruleRights()},
		{statement{Sid: "Target", Resource: rule, Condition: only("ArnEquals", "events:TargetArn", function)}, targetRights()},
		{statement{Sid: "InstanceProfiles", Resource: names.instanceProfilesARN()}, profileRights()},
		{statement{Sid: "Key", Resource: spec.KMSKey, Condition: only("StringLike", "kms:ViaService", viaLambda)}, keyRights()},
		{statement{Sid: "NoResourceLevel", Resource: "*"}, unscopedRights()},
	} {
		each.Effect = "Allow"
		if actions := actionsFor(uses, each.rights); len(actions) > 0 {
			each.Action = actions
			grants = append(grants, each.statement)
		}
	}
	return encodeJSON(policyDocument{"2012-10-17", grants})
}

func only(operator, key, value string) map[string]map[string]any {
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
