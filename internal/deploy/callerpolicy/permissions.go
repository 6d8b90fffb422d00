package callerpolicy

// The tables below list the IAM action of every call that a command can make, and what it is needed for.

// permission is an IAM action with its purposes.
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
		{"iam:TagRole", installing}, // also needed by CreateRole with tags
		{"iam:UntagRole", installing},
		{"iam:DeleteRolePolicy", uninstalling},
		{"iam:DeleteRole", uninstalling},
		{"iam:ListInstanceProfilesForRole", uninstalling},
		{"iam:DetachRolePolicy", forcing},
	}
}

// boundaryPermissions could give a role more permissions, and support a condition on the role's boundary:
// with it, the role stays within the boundary. Tagging does not support the condition, and deleting alone
// does not need it (Service Authorization Reference, IAM).
func boundaryPermissions() []permission {
	return []permission{
		{"iam:CreateRole", withBoundary},
		{"iam:UpdateRole", withBoundary},
		{"iam:UpdateAssumeRolePolicy", withBoundary},
		{"iam:PutRolePolicy", withBoundary},
		{"iam:PutRolePermissionsBoundary", withBoundary},
	}
}

// profilePermissions concern instance profiles, which belong to others and have any name.
func profilePermissions() []permission {
	return []permission{{"iam:RemoveRoleFromInstanceProfile", forcing}}
}

func passRolePermissions() []permission { return []permission{{"iam:PassRole", installing}} }

func logPermissions() []permission {
	return []permission{
		{"logs:ListTagsForResource", reading | locating}, // if the role is gone
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
		{"lambda:ListTags", reading}, // without it, GetFunction omits the tags
		{"lambda:GetFunctionEventInvokeConfig", comparing},
		{"lambda:GetPolicy", reading},
		{"lambda:ListFunctionUrlConfigs", reporting | uninstalling | installing}, // install reports what a recreated function loses
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

// mappingPermissions concern event source mappings, which belong to others and have any ID.
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
		{"events:RemoveTargets", installing | uninstalling}, // install removes a duplicate target
		{"events:DeleteRule", uninstalling},
	}
}

// deploymentPermissions concern the service deployments of every service: the outcome of a redeployment.
func deploymentPermissions() []permission {
	return []permission{{"ecs:ListServiceDeployments", summarizing}, {"ecs:DescribeServiceDeployments", summarizing}}
}

func targetPermissions() []permission { return []permission{{"events:PutTargets", installing}} }

// clusterPermissions find a mistyped cluster.
func clusterPermissions() []permission { return []permission{{"ecs:DescribeClusters", withClusters}} }

// keyPermissions are what Lambda does on behalf of the caller with a key for the environment (Lambda
// Developer Guide, securing environment variables). CloudWatch Logs gets its permission from the key's
// policy.
func keyPermissions() []permission {
	return []permission{
		{"kms:CreateGrant", withKey},
		{"kms:Encrypt", withKey},
		{"kms:Decrypt", readingEncrypted},
	}
}

// servicePermissions concern services, which belong to others and have any name.
func servicePermissions() []permission {
	return []permission{
		{"ecs:DescribeClusters", diagnosing | rehearsing},
		{"ecs:DescribeServices", diagnosing | rehearsing},
		{"ecs:DescribeTasks", diagnosing | rehearsing},
	}
}

// rehearsalPermissions allow sending simulated events.
func rehearsalPermissions() []permission { return []permission{{"events:PutEvents", rehearsing}} }

// diagnosisPermissions are what doctor reads besides the installation.
func diagnosisPermissions() []permission {
	return []permission{
		{"ecr:DescribeRepositories", diagnosing},
		{"events:ListTargetsByRule", diagnosing},
		{"iam:SimulatePrincipalPolicy", diagnosing},
		{"lambda:GetFunctionConfiguration", diagnosing},
		{"servicequotas:GetServiceQuota", diagnosing},
	}
}

// unscopedPermissions do not support resource-level permissions. Lambda checks those of EC2 when a function
// gets a VPC (Lambda Developer Guide, configuration-vpc).
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
