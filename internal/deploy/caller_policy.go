package deploy

// Errand is what a caller is going to do with an installation; the zero value only looks at it, as
// status does.
type Errand struct {
	Install   bool // upgrade as well
	Uninstall bool
	KeepLogs  bool // uninstall --keep-logs, and never without it: the logs cannot be deleted
	Force     bool // uninstall --force
}

// CallerPolicy is the IAM policy, as JSON, that lets a caller do an errand at the installation of these
// names, and nothing else. Its conditions let the role be passed to Lambda alone, EventBridge alone be
// permitted to invoke the function, and the function alone become the rule's target. Only what has no
// resource level has the resource * (Service Authorization Reference).
func CallerPolicy(names Names, errand Errand) string {
	uses := errand.uses()
	function, rule := names.FunctionARN(), names.RuleARN()
	// IAM knows a role that is not there, or not yet, by its name alone, and takes its path for /.
	role := []string{names.RoleARN(), names.arn("iam", "", "role/"+names.Role)}
	// The calls about tags know a log group without the colon, the others with it (CloudWatch Logs API, LogGroup).
	logGroup := []string{names.LogGroupARN(), names.LogGroupARN() + ":*"}

	var grants []statement
	for _, each := range []struct {
		statement
		rights []right
	}{
		{statement{Sid: "Role", Resource: role}, roleRights()},
		{statement{Sid: "PassRole", Resource: names.RoleARN(), Condition: only("StringEquals", "iam:PassedToService", lambdaPrincipal)}, passRights()},
		{statement{Sid: "Logs", Resource: logGroup}, logRights()},
		{statement{Sid: "Function", Resource: function}, functionRights()},
		{statement{Sid: "Permission", Resource: function, Condition: only("StringEquals", "lambda:Principal", eventsPrincipal)}, permissionRights()},
		{statement{Sid: "Rule", Resource: rule}, ruleRights()},
		{statement{Sid: "Target", Resource: rule, Condition: only("ArnEquals", "events:TargetArn", function)}, targetRights()},
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
	looking use = 1 << iota // what each command begins with
	installing
	removing
	deletingLogs
	keepingLogs
	forcing
)

func (e Errand) uses() use {
	uses := looking
	for _, each := range []struct {
		asked bool
		use   use
	}{
		{e.Install, installing},
		{e.Uninstall, removing},
		{e.Uninstall && e.KeepLogs, keepingLogs},
		{e.Uninstall && !e.KeepLogs, deletingLogs},
		{e.Uninstall && e.Force, forcing},
	} {
		if each.asked {
			uses |= each.use
		}
	}
	return uses
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

func roleRights() []right {
	return []right{
		{"iam:GetRole", looking},
		{"iam:GetRolePolicy", looking},
		{"iam:ListRolePolicies", looking},
		{"iam:ListAttachedRolePolicies", looking},
		{"iam:CreateRole", installing},
		{"iam:UpdateRole", installing},
		{"iam:UpdateAssumeRolePolicy", installing},
		{"iam:PutRolePolicy", installing},
		{"iam:TagRole", installing}, // for a role that is made with tags as well
		{"iam:UntagRole", installing},
		{"iam:DeleteRolePolicy", removing},
		{"iam:DeleteRole", removing},
		{"iam:DetachRolePolicy", forcing},
	}
}

func passRights() []right { return []right{{"iam:PassRole", installing}} }

func logRights() []right {
	return []right{
		{"logs:ListTagsForResource", looking},
		{"logs:CreateLogGroup", installing},
		{"logs:PutRetentionPolicy", installing},
		{"logs:DeleteRetentionPolicy", installing},
		{"logs:TagResource", installing | keepingLogs},
		{"logs:UntagResource", installing | keepingLogs},
		{"logs:DeleteLogGroup", deletingLogs},
	}
}

func functionRights() []right {
	return []right{
		{"lambda:GetFunction", looking},
		{"lambda:ListTags", looking}, // GetFunction leaves the tags out without it
		{"lambda:GetFunctionEventInvokeConfig", looking},
		{"lambda:GetPolicy", looking},
		{"lambda:CreateFunction", installing},
		{"lambda:UpdateFunctionCode", installing},
		{"lambda:UpdateFunctionConfiguration", installing},
		{"lambda:PutFunctionConcurrency", installing},
		{"lambda:DeleteFunctionConcurrency", installing},
		{"lambda:PutFunctionEventInvokeConfig", installing},
		{"lambda:TagResource", installing},
		{"lambda:UntagResource", installing},
		{"lambda:RemovePermission", installing | removing},
		{"lambda:DeleteFunction", installing | removing}, // install makes a function anew whose role is gone
	}
}

func permissionRights() []right { return []right{{"lambda:AddPermission", installing}} }

func ruleRights() []right {
	return []right{
		{"events:DescribeRule", looking},
		{"events:ListTagsForResource", looking},
		{"events:ListTargetsByRule", looking},
		{"events:PutRule", installing},
		{"events:TagResource", installing},
		{"events:UntagResource", installing},
		{"events:RemoveTargets", installing | removing}, // install removes a second target that is our function
		{"events:DeleteRule", removing},
	}
}

func targetRights() []right { return []right{{"events:PutTargets", installing}} }

func unscopedRights() []right {
	return []right{
		{"iam:ListRoles", looking},
		{"logs:DescribeLogGroups", looking},
	}
}
