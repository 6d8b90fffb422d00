package callerpolicy

import (
	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/resource"
)

// Boundary returns, as JSON, a permissions boundary for the roles of the installations with these names, one
// per Region: the most that a function may do whatever its settings. It covers every cluster, a destination
// of each type, a VPC, any key for this function's environment, and tracing. It returns an error if too many
// regions make it longer than MaxLength.
func Boundary(places []resource.Names) (string, error) {
	document := policyDocument{Version: "2012-10-17", Statement: boundaryStatements(places)}
	policy := document.encode()
	if len(policy) > MaxLength {
		return "", apperr.Invalid("name fewer Regions, and create another boundary for the rest", "the boundary for %d Regions has %d characters, IAM allows %d", len(places), len(policy), MaxLength)
	}
	return policy, nil
}

func boundaryStatements(places []resource.Names) []statement {
	in := func(resources ...func(resource.Names) string) any { return inPlaces(places, resources...) }
	anywhere := func(service, region, resource string) string {
		id := places[0].Identity
		id.Account = "*"
		return id.ARN(service, region, resource)
	}
	functions := in(resource.Names.FunctionARN)
	network := resource.NetworkActions()
	return []statement{
		{
			Sid: "Services", Effect: "Allow", Action: []string{"ecs:DescribeServices", "ecs:UpdateService"},
			Resource: in(func(n resource.Names) string { return n.ARN("ecs", n.Region, "service/*") }),
		},
		{
			Sid: "Logs", Effect: "Allow", Action: []string{"logs:CreateLogStream", "logs:PutLogEvents"},
			Resource: in(func(n resource.Names) string { return n.LogGroupARN() + ":*" }),
		},
		{
			// A destination may be in another Region or account (Lambda Developer Guide, records of asynchronous invocations).
			Sid: "Failures", Effect: "Allow", Action: []string{"events:PutEvents", "lambda:InvokeFunction", "sns:Publish", "sqs:SendMessage"},
			Resource: []string{
				anywhere("events", "*", "event-bus/*"), anywhere("lambda", "*", "function:*"), anywhere("sns", "*", "*"), anywhere("sqs", "*", "*"),
			},
		},
		{
			Sid: "Environment", Effect: "Allow", Action: []string{"kms:Decrypt"},
			Resource:  in(func(n resource.Names) string { return anywhere("kms", n.Region, "key/*") }),
			Condition: when("StringEquals", "kms:EncryptionContext:aws:lambda:FunctionArn", functions),
		},
		{Sid: "Traces", Effect: "Allow", Action: []string{"xray:PutTelemetryRecords", "xray:PutTraceSegments"}, Resource: "*"},
		{Sid: "Network", Effect: "Allow", Action: network, Resource: "*"},
		{
			// Lambda manages the network interfaces as the role; the function's own code never does.
			Sid: "NetworkNotByCode", Effect: "Deny", Action: network, Resource: "*",
			Condition: when("ArnEquals", "lambda:SourceFunctionArn", functions),
		},
	}
}
