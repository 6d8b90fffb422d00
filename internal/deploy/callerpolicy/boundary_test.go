package callerpolicy_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/deploy/callerpolicy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/localaws/policy"
)

// specs are settings that give the role all possible permissions.
func specs() map[string]settings.Spec {
	with := func(change func(*settings.Spec)) settings.Spec {
		spec := settings.Defaults(prefix)
		change(&spec)
		return spec
	}
	failing := func(destination string) settings.Spec {
		return with(func(s *settings.Spec) { s.OnFailure = destination })
	}
	return map[string]settings.Spec{
		"defaults":       settings.Defaults(prefix),
		"cluster":        with(func(s *settings.Spec) { s.Clusters = []string{"shop"} }),
		"VPC":            with(func(s *settings.Spec) { s.Subnets, s.SecurityGroups = []string{aSubnet}, []string{"sg-0a1b2c3d"} }),
		"key":            with(func(s *settings.Spec) { s.KMSKey = aKey }),
		"another's key":  with(func(s *settings.Spec) { s.KMSKey = strings.Replace(aKey, "111122223333", "444455556666", 1) }),
		"tracing":        with(func(s *settings.Spec) { s.Tracing = "Active" }),
		"queue":          failing("arn:aws:sqs:us-east-1:111122223333:failed"),
		"topic":          failing("arn:aws:sns:us-east-1:111122223333:failed"),
		"bus":            failing("arn:aws:events:us-east-1:111122223333:event-bus/failed"),
		"function":       failing("arn:aws:lambda:us-east-1:111122223333:function:failed"),
		"another region": failing("arn:aws:sqs:eu-west-1:444455556666:failed"),
	}
}

// The boundary allows whatever the role may do with any settings, and contains no action that no settings
// need.
func TestBoundaryCoversEveryRolePolicy(t *testing.T) {
	document := boundary(t)
	evaluated, err := policy.Read(document)
	if err != nil {
		t.Fatal(err)
	}
	needed := map[string]bool{}
	for name, spec := range specs() {
		want, err := resource.Desired(names(), spec, resource.Release{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, ask := range asks(t, want.Role.Policy) {
			needed[ask.Action] = true
			if evaluated.Decide(ask) != policy.Allowed {
				t.Errorf("%s: the boundary does not allow %s on %s", name, ask.Action, ask.Resource)
			}
		}
	}
	actions := actionsOf(t, document)
	slices.Sort(actions)
	equal(t, slices.Compact(actions), slices.Sorted(maps.Keys(needed))...)
}

// asks returns the requests that a role's policy allows, one for each of its actions and resources.
func asks(t *testing.T, document string) []policy.Ask {
	t.Helper()
	var parsed struct {
		Statement []struct {
			Effect    string
			Action    any
			Resource  string
			Condition map[string]map[string]any
		}
	}
	if err := json.Unmarshal([]byte(document), &parsed); err != nil {
		t.Fatal(err)
	}
	var all []policy.Ask
	for _, statement := range parsed.Statement {
		if statement.Effect == "Deny" {
			continue
		}
		circumstances := map[string]string{}
		for _, keys := range statement.Condition {
			for key, value := range keys {
				circumstances[strings.ToLower(key)] = words(value)[0]
			}
		}
		for _, action := range words(statement.Action) {
			all = append(all, policy.Ask{Action: action, Resource: strings.ReplaceAll(statement.Resource, "*", "x"), Context: circumstances})
		}
	}
	return all
}

// words returns a policy element as a list, whether it is one string or a list.
func words(value any) []string {
	list, several := value.([]any)
	if !several {
		return []string{value.(string)}
	}
	var all []string
	for _, each := range list {
		all = append(all, each.(string))
	}
	return all
}

// The boundary denies what no settings need, and access to other functions.
func TestBoundaryDeniesEverythingElse(t *testing.T) {
	evaluated, err := policy.Read(boundary(t))
	if err != nil {
		t.Fatal(err)
	}
	n := names()
	mine := map[string]string{"lambda:sourcefunctionarn": n.FunctionARN()}
	for name, ask := range map[string]policy.Ask{
		"another account's services": {Action: "ecs:UpdateService", Resource: "arn:aws:ecs:us-east-1:444455556666:service/shop/api"},
		"another Region's services":  {Action: "ecs:UpdateService", Resource: "arn:aws:ecs:eu-west-1:111122223333:service/shop/api"},
		"tasks":                      {Action: "ecs:RunTask", Resource: "*"},
		"another function's logs":    {Action: "logs:PutLogEvents", Resource: n.ARN("logs", n.Region, "log-group:/aws/lambda/other:log-stream:x")},
		"its log group":              {Action: "logs:CreateLogGroup", Resource: n.LogGroupARN() + ":log-stream:"},
		"its own code":               {Action: "lambda:UpdateFunctionCode", Resource: n.FunctionARN()},
		"roles":                      {Action: "iam:CreateRole", Resource: n.RoleARN()},
		"other roles":                {Action: "sts:AssumeRole", Resource: n.ARN("iam", "", "role/admin")},
		"what a key encrypts":        {Action: "kms:Decrypt", Resource: aKey},
		"another's variables": {
			Action: "kms:Decrypt", Resource: aKey,
			Context: map[string]string{"kms:encryptioncontext:aws:lambda:functionarn": n.FunctionARN() + "-2"},
		},
		"network interfaces, by its code": {Action: "ec2:DeleteNetworkInterface", Resource: "*", Context: mine},
		"objects":                         {Action: "s3:GetObject", Resource: "arn:aws:s3:::secrets/key"},
	} {
		if evaluated.Decide(ask) == policy.Allowed {
			t.Errorf("the boundary allows %s: %s on %s", name, ask.Action, ask.Resource)
		}
	}
}

// The boundary of several Regions is one document, as long as it fits.
func TestBoundaryOfSeveralRegions(t *testing.T) {
	var places []resource.Names
	for _, region := range []string{"eu-west-1", "us-east-1"} {
		one := names()
		one.Region = region
		places = append(places, one)
	}
	document, err := callerpolicy.Boundary(places)
	if err != nil || !strings.Contains(document, "arn:aws:ecs:eu-west-1:") || !strings.Contains(document, "arn:aws:ecs:us-east-1:") {
		t.Errorf("%s, %v", document, err)
	}
	if _, err := callerpolicy.Boundary(regions(40)); err == nil || !strings.Contains(err.Error(), "IAM allows 6144") {
		t.Errorf("forty Regions give %v", err)
	}
}

func boundary(t *testing.T) string {
	t.Helper()
	document, err := callerpolicy.Boundary([]resource.Names{names()})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d characters", len(document))
	return document
}
