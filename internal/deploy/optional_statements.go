package deploy

import (
	"github.com/spothandler/spothandler/internal/deploy/settings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"
)

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
