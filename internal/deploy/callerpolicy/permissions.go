package callerpolicy

// The tables below hold the IAM action behind every call that a command can make, and what it is needed for.

// permission is an IAM action and what it is needed for.
type permission struct {
	action   string
	purposes purpose
}

func rolePermissions() []permission {
	return []permission{
		{"iam:GetRole", reading | locating},
		{"iam:GetRolePolicy", comparing},
		{"iam:ListRolePolicies", reading},
		{"iam:ListAttachedRolePolicies", reading},
		{"iam:SimulatePrincipalPolicy", rehearsing},
		{"iam:CreateRole", withoutBoundary},
		{"iam:UpdateRole", withoutBoundary},
		{"iam:UpdateAssumeRolePolicy", withoutBoundary},
		{"iam:DeleteRolePermissionsBoundary", withoutBoundary},
		{"iam:PutRolePolicy", withoutBoundary},
		{"iam:TagRole", installing}, // CreateRole with tags needs it too
		{"iam:UntagRole", installing},
		{"iam:DeleteRolePolicy", uninstalling},
		{"iam:DeleteRole", uninstalling},
		{"iam:ListInstanceProfilesForRole", uninstalling},
		{"iam:DetachRolePolicy", forcing},
	}
}

// boundaryPermissions are those with which a role could be given more than it has, and that know the role's boundary:
// with the condition on it, whatever they make of the role stays within. Tagging knows no boundary, and whoever may
// only delete needs none (Service Authorization Reference, IAM).
func boundaryPermissions() []permission {
	return []permission{
		{"iam:CreateRole", withBoundary},
		{"iam:UpdateRole", withBoundary},
		{"iam:UpdateAssumeRolePolicy", withBoundary},
		{"iam:PutRolePolicy", withBoundary},
		{"iam:PutRolePermissionsBoundary", withBoundary},
	}
}

// profilePermissions are about instance profiles, which belong to others and have any name.
func profilePermissions() []permission {
	return []permission{{"iam:RemoveRoleFromInstanceProfile", forcing}}
}

func passRolePermissions() []permission { return []permission{{"iam:PassRole", installing}} }

func logPermissions() []permission {
	return []permission{
		{"logs:ListTagsForResource", reading | locating}, // where the role is gone
		{"logs:FilterLogEvents", readingLogs | rehearsing},
		{"logs:DescribeSubscriptionFilters", reporting},
		{"logs:CreateLogGroup", installing},
		{"logs:PutRetentionPolicy", installing},
		{"logs:DeleteRetentionPolicy", installing},
		{"logs:AssociateKmsKey", withKey},
		{"logs:DisassociateKmsKey", installing},
		{"logs:TagResource", installing | keepingLogs},
		{"logs:UntagResource", installing | keepingLogs},
		{"logs:DeleteLogGroup", deletingLogs},
	}
}

func functionPermissions() []permission {
	return []permission{
		{"lambda:GetFunction", reading},
		{"lambda:ListTags", reading}, // GetFunction leaves the tags out without it
		{"lambda:GetFunctionEventInvokeConfig", comparing},
		{"lambda:GetPolicy", reading},
		{"lambda:ListFunctionUrlConfigs", reporting | uninstalling | installing}, // install tells what a new function is without
		{"lambda:GetFunctionCodeSigningConfig", reporting | uninstalling | installing},
		{"lambda:InvokeFunction", redeploying},
		{"lambda:CreateFunction", installing},
		{"lambda:UpdateFunctionCode", installing},
		{"lambda:UpdateFunctionConfiguration", installing},
		{"lambda:PutFunctionConcurrency", installing},
		{"lambda:DeleteFunctionConcurrency", installing},
		{"lambda:PutFunctionEventInvokeConfig", installing},
		{"lambda:TagResource", installing},
		{"lambda:UntagResource", installing},
		{"lambda:RemovePermission", installing | uninstalling},
		{"lambda:DeleteFunction", installing | uninstalling}, // install recreates a function whose role is gone
	}
}

func invokePermissions() []permission { return []permission{{"lambda:AddPermission", installing}} }

// mappingPermissions are about event source mappings, which belong to others and have any id.
func mappingPermissions() []permission {
	return []permission{{"lambda:DeleteEventSourceMapping", forcing}}
}

func rulePermissions() []permission {
	return []permission{
		{"events:DescribeRule", reading},
		{"events:ListTagsForResource", reading},
		{"events:ListTargetsByRule", reading},
		{"events:PutRule", installing},
		{"events:TagResource", installing},
		{"events:UntagResource", installing},
		{"events:RemoveTargets", installing | uninstalling}, // install removes a second target that is our function
		{"events:DeleteRule", uninstalling},
	}
}

// deploymentPermissions are about the rollouts of every service: what became of a redeployment.
func deploymentPermissions() []permission {
	return []permission{{"ecs:ListServiceDeployments", summarizing}, {"ecs:DescribeServiceDeployments", summarizing}}
}

func targetPermissions() []permission { return []permission{{"events:PutTargets", installing}} }

// clusterPermissions find a mistyped cluster.
func clusterPermissions() []permission { return []permission{{"ecs:DescribeClusters", withClusters}} }

// keyPermissions are what Lambda does as the caller with a key for the environment (Lambda Developer Guide,
// securing environment variables). CloudWatch Logs has its own permission, from the key's policy.
func keyPermissions() []permission {
	return []permission{
		{"kms:CreateGrant", withKey},
		{"kms:Encrypt", withKey},
		{"kms:Decrypt", readingEncrypted},
	}
}

// servicePermissions are about services, which belong to others and have any name.
func servicePermissions() []permission {
	return []permission{
		{"ecs:DescribeClusters", diagnosing | rehearsing},
		{"ecs:DescribeServices", diagnosing | rehearsing},
		{"ecs:DescribeTasks", diagnosing | rehearsing},
	}
}

// rehearsalPermissions let events be sent that only rehearse an interruption.
func rehearsalPermissions() []permission { return []permission{{"events:PutEvents", rehearsing}} }

// diagnosisPermissions are what doctor reads beside the installation.
func diagnosisPermissions() []permission {
	return []permission{
		{"ecr:DescribeRepositories", diagnosing},
		{"events:ListTargetsByRule", diagnosing},
		{"iam:SimulatePrincipalPolicy", diagnosing},
		{"lambda:GetFunctionConfiguration", diagnosing},
		{"servicequotas:GetServiceQuota", diagnosing},
	}
}

// unscopedPermissions have no resource level. Those of EC2 Lambda checks when a function goes into a VPC
// (Lambda Developer Guide, configuration-vpc).
func unscopedPermissions() []permission {
	return []permission{
		{"iam:ListRoles", reading},
		{"logs:DescribeLogGroups", reading | summarizing}, // for the retention
		{"lambda:ListEventSourceMappings", reporting | uninstalling},
		{"lambda:GetAccountSettings", reserving | diagnosing},
		{"application-autoscaling:DescribeScalableTargets", diagnosing},
		{"cloudwatch:GetMetricData", diagnosing},
		{"ecs:DescribeTaskDefinition", diagnosing},
		{"ecs:ListClusters", diagnosing | rehearsing | withClusters},
		{"ecs:ListServices", diagnosing | rehearsing},
		{"ecs:ListTasks", diagnosing | rehearsing},
		{"elasticloadbalancing:DescribeTargetGroupAttributes", diagnosing},
		{"elasticloadbalancing:DescribeTargetGroups", diagnosing},
		{"events:ListRules", diagnosing},
		{"events:TestEventPattern", diagnosing},
		{"tag:GetResources", surveying},
		{"account:ListRegions", everywhere},
		{"ec2:DescribeSecurityGroups", withVPC},
		{"ec2:DescribeSubnets", withVPC | diagnosing},
		{"ec2:DescribeVpcs", withVPC},
	}
}
