package resource

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// maxPolicy is the maximum total size of a role's inline policies, in characters without white space (IAM
// quotas). A list of clusters can exceed it.
const maxPolicy = 10240

// lambdaPrincipal is the same in all partitions (aws-cdk region-info).
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

// rolePolicy returns everything that the function may do: describe and redeploy services of its account and
// region, write to its own log group, which it may not create, and what its settings need. The condition on
// ecs:cluster restricts it to clusters instead of the ARN, because ARNs of services from before 2021 do not
// contain the cluster.
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

// optionalStatements returns the statements for settings that not every installation uses.
func optionalStatements(names Names, spec settings.Spec) []statement {
	var statements []statement
	if len(spec.Subnets) > 0 {
		statements = append(statements, networkStatements(names)...)
	}
	if spec.OnFailure != "" {
		statements = append(statements, statement{Sid: "Failures", Effect: "Allow", Action: sendAction(spec.OnFailure), Resource: spec.OnFailure})
	}
	if spec.KMSKey != "" {
		statements = append(statements, environmentStatement(names, spec.KMSKey))
	}
	if spec.Tracing == settings.TracingActive { // X-Ray does not support resource ARNs here (Service Authorization Reference)
		statements = append(statements, statement{
			Sid: "Traces", Effect: "Allow", Action: []string{"xray:PutTelemetryRecords", "xray:PutTraceSegments"}, Resource: "*",
		})
	}
	return statements
}

// NetworkActions returns the actions with which Lambda manages the network interfaces of a function in a VPC (Lambda
// Developer Guide, configuration-vpc).
func NetworkActions() []string {
	return []string{
		"ec2:AssignPrivateIpAddresses",
		"ec2:CreateNetworkInterface",
		"ec2:DeleteNetworkInterface",
		"ec2:DescribeNetworkInterfaces",
		"ec2:DescribeSubnets",
		"ec2:UnassignPrivateIpAddresses",
	}
}

// networkStatements allow Lambda to manage the function's network interfaces as the role. Lambda checks these
// permissions before any interface exists, so they cannot be restricted. The function's own code, which has
// the same role, is denied all of them (Lambda Developer Guide, configuration-vpc and its security best
// practice).
func networkStatements(names Names) []statement {
	actions := NetworkActions()
	return []statement{
		{Sid: "Network", Effect: "Allow", Action: actions, Resource: "*"},
		{
			Sid: "NetworkNotByCode", Effect: "Deny", Action: actions, Resource: "*",
			Condition: map[string]map[string]any{"ArnEquals": {"lambda:SourceFunctionArn": names.FunctionARN()}},
		},
	}
}

// environmentStatement allows decryption of this function's variables only: Lambda puts the function's ARN
// into the encryption context. Lambda's grant does the same, but it refers to the ID of the role at that
// time, and exists only if the caller may create grants.
func environmentStatement(names Names, key string) statement {
	return statement{
		Sid: "Environment", Effect: "Allow", Action: "kms:Decrypt", Resource: key,
		Condition: map[string]map[string]any{"StringEquals": {"kms:EncryptionContext:aws:lambda:FunctionArn": names.FunctionARN()}},
	}
}

// sendAction returns the action that sends to a destination (Lambda Developer Guide, records of asynchronous
// invocations).
func sendAction(destination string) string {
	parts, _ := arn.Parse(destination) // the setting accepts only ARNs
	return map[string]string{
		"sqs": "sqs:SendMessage", "sns": "sns:Publish", "events": "events:PutEvents", "lambda": "lambda:InvokeFunction",
	}[parts.Service]
}

// trustFields returns the fields of a trust policy. If it trusts Lambda as ours does and also others, the others are
// one field of their own: Lambda can still assume the role.
func trustFields(trust string) []pair {
	others, lambda := othersTrusted(trust)
	if !lambda || len(others) == 0 {
		return documentFields("trust_policy", trust)
	}
	return append(documentFields("trust_policy", trustPolicy()), pair{TrustsOthers, strings.Join(others, ", ")})
}

// othersTrusted returns who may assume the role besides Lambda, in the form "AWS *", and reports whether Lambda may,
// without conditions. A policy with a Deny is left to a comparison of the documents.
func othersTrusted(trust string) (others []string, lambda bool) {
	for _, s := range statementsOf(trust) {
		if s.Effect != "Allow" {
			return nil, false
		}
		assumes := slices.Equal(stringsIn(s.Action), []string{"sts:AssumeRole"})
		for _, principal := range principalsIn(s.Principal) {
			if principal == "Service "+lambdaPrincipal && assumes && s.Condition == nil {
				lambda = true
			} else if !slices.Contains(others, principal) {
				others = append(others, principal)
			}
		}
	}
	return others, lambda
}

// principalsIn returns the principals of a statement, each with its kind.
func principalsIn(element any) []string {
	kinds, ok := element.(map[string]any)
	if !ok {
		return []string{fmt.Sprint(element)}
	}
	var all []string
	for _, kind := range sortedKeys(kinds) {
		for _, name := range stringsIn(kinds[kind]) {
			all = append(all, kind+" "+name)
		}
	}
	return all
}

// statementsOf returns the statements of a policy, or none if it cannot be parsed.
func statementsOf(policy string) []statement {
	var list struct{ Statement []statement }
	if json.Unmarshal([]byte(policy), &list) == nil {
		return list.Statement
	}
	var one struct{ Statement statement }
	if json.Unmarshal([]byte(policy), &one) != nil {
		return nil
	}
	return []statement{one.Statement}
}

// stringsIn returns the strings of an element that may be one string or a list.
func stringsIn(element any) []string {
	switch element := element.(type) {
	case string:
		return []string{element}
	case []any:
		var all []string
		for _, each := range element {
			all = append(all, fmt.Sprint(each))
		}
		return all
	}
	return nil
}
