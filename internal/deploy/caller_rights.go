package deploy

// Here stand the IAM actions behind every call that the clients can make, and what each is needed for.

func roleRights() []right {
	return []right{
		{"iam:GetRole", looking},
		{"iam:GetRolePolicy", comparing},
		{"iam:ListRolePolicies", looking},
		{"iam:ListAttachedRolePolicies", looking},
		{"iam:CreateRole", withoutBoundary},
		{"iam:UpdateRole", installing},
		{"iam:UpdateAssumeRolePolicy", installing},
		{"iam:DeleteRolePermissionsBoundary", withoutBoundary},
		{"iam:PutRolePolicy", installing},
		{"iam:TagRole", installing}, // for a role that is made with tags as well
		{"iam:UntagRole", installing},
		{"iam:DeleteRolePolicy", removing},
		{"iam:DeleteRole", removing},
		{"iam:ListInstanceProfilesForRole", removing},
		{"iam:DetachRolePolicy", forcing},
	}
}

func boundaryRights() []right {
	return []right{
		{"iam:CreateRole", withBoundary},
		{"iam:PutRolePermissionsBoundary", withBoundary},
	}
}

// profileRights are about instance profiles, which are others' and have any name.
func profileRights() []right { return []right{{"iam:RemoveRoleFromInstanceProfile", forcing}} }

func passRights() []right { return []right{{"iam:PassRole", installing}} }

func logRights() []right {
	return []right{
		{"logs:ListTagsForResource", looking},
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

func functionRights() []right {
	return []right{
		{"lambda:GetFunction", looking},
		{"lambda:ListTags", looking}, // GetFunction leaves the tags out without it
		{"lambda:GetFunctionEventInvokeConfig", comparing},
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

// keyRights are what Lambda does as the caller with a key for the environment (Lambda Developer Guide,
// securing environment variables). CloudWatch Logs has its own right, from the key's policy.
func keyRights() []right {
	return []right{
		{"kms:CreateGrant", withKey},
		{"kms:Encrypt", withKey},
		{"kms:Decrypt", readingKeyed},
	}
}

// unscopedRights are about no one resource. Those of EC2 Lambda checks when a function goes into a VPC
// (Lambda Developer Guide, configuration-vpc).
func unscopedRights() []right {
	return []right{
		{"iam:ListRoles", looking},
		{"logs:DescribeLogGroups", looking},
		{"lambda:GetAccountSettings", reserving},
		{"ec2:DescribeSecurityGroups", withVPC},
		{"ec2:DescribeSubnets", withVPC},
		{"ec2:DescribeVpcs", withVPC},
	}
}
