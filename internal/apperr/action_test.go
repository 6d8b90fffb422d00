package apperr

import "testing"

// Each service that is called has the prefix of its IAM actions (Service
// Authorization Reference).
func TestIAMAction(t *testing.T) {
	for _, test := range []struct{ service, operation, want string }{
		{"IAM", "CreateRole", "iam:CreateRole"},
		{"Lambda", "Invoke", "lambda:InvokeFunction"},
		{"CloudWatch Logs", "FilterLogEvents", "logs:FilterLogEvents"},
		{"EventBridge", "PutRule", "events:PutRule"},
		{"CloudWatch", "GetMetricData", "cloudwatch:GetMetricData"},
		{"EC2", "DescribeSubnets", "ec2:DescribeSubnets"},
		{"Elastic Load Balancing v2", "DescribeTargetGroups", "elasticloadbalancing:DescribeTargetGroups"},
		{"Application Auto Scaling", "DescribeScalableTargets", "application-autoscaling:DescribeScalableTargets"},
		{"Service Quotas", "GetServiceQuota", "servicequotas:GetServiceQuota"},
		{"Account", "ListRegions", "account:ListRegions"},
		{"SSO", "GetRoleCredentials", "sso:GetRoleCredentials"},
	} {
		if got := IAMAction(test.service, test.operation); got != test.want {
			t.Errorf("%s, not %s", got, test.want)
		}
	}
}
