package deploy

import (
	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// maxPolicy is the limit of all inline policies of a role together, in characters without white space
// (IAM quotas). A list of clusters can exceed it.
const maxPolicy = 10240

// lambdaPrincipal is the same in every partition (aws-cdk region-info).
const lambdaPrincipal = "lambda.amazonaws.com"

type policyDocument struct {
	Version   string
	Statement []statement
}

type statement struct {
	Sid       string `json:",omitempty"`
	Effect    string
	Principal any                       `json:",omitempty"`
	Action    any                       `json:",omitempty"`
	Resource  any                       `json:",omitempty"`
	Condition map[string]map[string]any `json:",omitempty"`
}

func trustPolicy() string {
	return encodeJSON(policyDocument{"2012-10-17", []statement{{
		Effect:    "Allow",
		Principal: map[string]string{"Service": lambdaPrincipal},
		Action:    "sts:AssumeRole",
	}}})
}

// rolePolicy is all that the function may do: look at and redeploy services of its account and region,
// and write to its own log group, which it may not create; and what its settings need. The condition on ecs:cluster, and not the
// ARN, narrows to clusters, because services from before 2021 have none in their ARN.
func rolePolicy(names Names, spec settings.Spec) (string, error) {
	services := statement{
		Sid:      "Services",
		Effect:   "Allow",
		Action:   []string{"ecs:DescribeServices", "ecs:UpdateService"},
		Resource: names.ARN("ecs", names.Region, "service/*"),
	}
	if len(spec.Clusters) > 0 {
		services.Condition = map[string]map[string]any{"ArnEquals": {"ecs:cluster": clusterARNs(names.Identity, spec.Clusters)}}
	}
	logs := statement{
		Sid:      "Logs",
		Effect:   "Allow",
		Action:   []string{"logs:CreateLogStream", "logs:PutLogEvents"},
		Resource: names.LogGroupARN() + ":*",
	}
	policy := encodeJSON(policyDocument{"2012-10-17", append([]statement{services, logs}, optionalStatements(names, spec)...)})
	if len(policy) > maxPolicy {
		return "", apperr.Invalid("--cluster all, or fewer clusters", "the role's policy for %d clusters has %d characters, IAM allows %d", len(spec.Clusters), len(policy), maxPolicy)
	}
	return policy, nil
}

func clusterARNs(id session.Identity, clusters []string) []string {
	arns := make([]string, 0, len(clusters))
	for _, cluster := range clusters {
		arns = append(arns, id.ClusterARN(cluster))
	}
	return arns
}

// optionalStatements returns what the role may do for settings that not every installation has.
func optionalStatements(names Names, spec settings.Spec) []statement {
	var statements []statement
	if len(spec.Subnets) > 0 {
		statements = append(statements, networkStatements(names)...)
	}
	if spec.OnFailure != "" {
		statements = append(statements, statement{Sid: "Failures", Effect: "Allow", Action: sendingTo(spec.OnFailure), Resource: spec.OnFailure})
	}
	if spec.KMSKey != "" {
		statements = append(statements, environmentStatement(names, spec.KMSKey))
	}
	if spec.Tracing == settings.TracingActive { // X-Ray knows no resources here (Service Authorization Reference)
		statements = append(statements, statement{
			Sid: "Traces", Effect: "Allow", Action: []string{"xray:PutTelemetryRecords", "xray:PutTraceSegments"}, Resource: "*",
		})
	}
	return statements
}

// networkStatements let Lambda manage the function's network interfaces as the role, which it checks before
// there are any, so they cannot be narrowed. The function's own code, which has the same role, gets none
// of them (Lambda Developer Guide, configuration-vpc and its security best practice).
func networkStatements(names Names) []statement {
	actions := []string{
		"ec2:AssignPrivateIpAddresses",
		"ec2:CreateNetworkInterface",
		"ec2:DeleteNetworkInterface",
		"ec2:DescribeNetworkInterfaces",
		"ec2:DescribeSubnets",
		"ec2:UnassignPrivateIpAddresses",
	}
	return []statement{
		{Sid: "Network", Effect: "Allow", Action: actions, Resource: "*"},
		{
			Sid: "NetworkNotByCode", Effect: "Deny", Action: actions, Resource: "*",
			Condition: map[string]map[string]any{"ArnEquals": {"lambda:SourceFunctionArn": names.FunctionARN()}},
		},
	}
}

// environmentStatement allows to decrypt this function's variables and nothing else: Lambda puts the function's ARN
// into the encryption context. Its grant does the same, but follows the id of the role that it was made
// with, and is made only where the caller may create grants.
func environmentStatement(names Names, key string) statement {
	return statement{
		Sid: "Environment", Effect: "Allow", Action: "kms:Decrypt", Resource: key,
		Condition: map[string]map[string]any{"StringEquals": {"kms:EncryptionContext:aws:lambda:FunctionArn": names.FunctionARN()}},
	}
}

// sendingTo is the action that reaches a destination (Lambda Developer Guide, records of asynchronous
// invocations).
func sendingTo(destination string) string {
	parts, _ := arn.Parse(destination) // the setting lets only ARNs pass
	return map[string]string{
		"sqs": "sqs:SendMessage", "sns": "sns:Publish", "events": "events:PutEvents", "lambda": "lambda:InvokeFunction",
	}[parts.Service]
}
