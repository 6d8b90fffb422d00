package localaws

import (
	"strings"

	"github.com/spothandler/spothandler/internal/localaws/policy"
)

// ask is a question to IAM.
type ask struct {
	policy.Ask
	shown string // the resource as a refusal names it, where that is no ARN
}

// mayI asks about an action under no circumstances that matter.
func mayI(action, resource string) ask {
	return ask{Ask: policy.Ask{Action: action, Resource: resource, Context: map[string]string{}}}
}

// asks are the questions that IAM answers before the call is done.
func (c *call) asks() []ask {
	own := mayI(c.record.String(), orDefault(c.record.Resource, "*"))
	if c.input == nil {
		return []ask{own}
	}
	return c.input.asks(own, c)
}

// beside is a question about another action on the same resource, in the same context.
func (a ask) beside(action string) ask {
	a.Action = action
	return a
}

// where adds to the circumstances what is there.
func (a ask) where(key, value string) {
	if value != "" {
		a.Context[key] = value
	}
}

// tagging adds the question that comes with tags in a call that makes something.
func (a ask) tagging(tags tagList, action string) []ask {
	if len(tags) == 0 {
		return []ask{a}
	}
	return []ask{a, a.beside(action)}
}

// asks knows a role that is there by its ARN, and one that is not by its name alone: that IAM would guess its path is
// not documented.
func (in *iamInput) asks(own ask, c *call) []ask {
	if strings.Contains(boundedActions, " "+c.record.Action+" ") {
		own.where("iam:permissionsboundary", orDefault(in.PermissionsBoundary, c.boundaryOf(in)))
	}
	switch c.record.Action {
	case "AttachRolePolicy", "DetachRolePolicy":
		own.where("iam:policyarn", in.PolicyArn)
	case "CreateRole":
		return own.tagging(in.Tags, "iam:TagRole")
	case "CreatePolicy":
		return own.tagging(in.Tags, "iam:TagPolicy")
	}
	if in.RoleName != "" {
		own.shown = "role " + in.RoleName
	}
	return []ask{own}
}

// boundedActions are the actions that have the condition key iam:PermissionsBoundary (Service Authorization Reference).
const boundedActions = " CreateRole GetRole UpdateRole UpdateAssumeRolePolicy DeleteRole PutRolePolicy DeleteRolePolicy " +
	"AttachRolePolicy DetachRolePolicy PutRolePermissionsBoundary DeleteRolePermissionsBoundary "

// boundaryOf is the boundary that the role has already.
func (c *call) boundaryOf(in *iamInput) string {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	o, err := c.server.iam.find(in)
	if err != nil {
		return ""
	}
	return o.boundary()
}

// asks adds those that come with what is sent: a role, a VPC, a key.
func (in *lambdaInput) asks(own ask, c *call) []ask {
	switch own.Action {
	case "lambda:Invoke":
		own.Action = "lambda:InvokeFunction"
	case "lambda:AddPermission", "lambda:RemovePermission":
		own.where("lambda:principal", in.Principal)
	case "lambda:ListEventSourceMappings", "lambda:CreateEventSourceMapping", "lambda:CreateCodeSigningConfig": // they have no resource
		own.where("lambda:functionarn", own.Resource)
		own.Resource = "*"
	case "lambda:DeleteEventSourceMapping":
		own.Resource = c.region.arn("lambda", "event-source-mapping:"+in.UUID)
		own.where("lambda:functionarn", c.functionOf(in.UUID))
	case "lambda:CreateFunction":
		return append(own.tagging(in.Tags, "lambda:TagResource"), in.configuring(c.region)...)
	case "lambda:UpdateFunctionConfiguration":
		return append([]ask{own}, in.configuring(c.region)...)
	}
	return []ask{own}
}

// functionOf is the function that an event source mapping invokes.
func (c *call) functionOf(mapping string) string {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	if m := c.region.lambda.mappings[mapping]; m != nil {
		return m.FunctionArn
	}
	return ""
}

func (in *lambdaInput) configuring(r *region) []ask {
	var all []ask
	if in.Role != "" {
		pass := mayI("iam:PassRole", in.Role)
		pass.where("iam:passedtoservice", "lambda.amazonaws.com")
		all = append(all, pass)
	}
	if in.VpcConfig != nil && len(in.VpcConfig.Subnets) > 0 {
		for _, action := range []string{"ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"} {
			all = append(all, mayI(action, "*"))
		}
	}
	if in.KMSKeyArn != nil && *in.KMSKeyArn != "" {
		all = append(all, viaLambda("kms:CreateGrant", *in.KMSKeyArn, r), viaLambda("kms:Encrypt", *in.KMSKeyArn, r))
	}
	return all
}

// viaLambda is a question about what Lambda does with a key as its caller.
func viaLambda(action, key string, r *region) ask {
	ending := ""
	if r.partition() == "aws-cn" {
		ending = ".cn"
	}
	use := mayI(action, key)
	use.where("kms:viaservice", "lambda."+r.name+".amazonaws.com"+ending)
	return use
}

// asks knows log groups by two forms of ARN: the calls about tags by the group's own, the others by one that goes on
// to its streams (CloudWatch Logs API, LogGroup).
func (in *logsInput) asks(own ask, _ *call) []ask {
	tagged := own.beside("logs:TagResource")
	if in.ResourceArn == "" && in.group() != "" && in.LogStreamName == "" {
		own.Resource += ":log-stream:"
	}
	if own.Action == "logs:CreateLogGroup" && len(in.Tags) > 0 {
		return []ask{own, tagged}
	}
	return []ask{own}
}

func (in *eventsInput) asks(own ask, c *call) []ask {
	switch own.Action {
	case "events:PutEvents":
		own.Resource = c.region.arn("events", "event-bus/default")
		var all []ask
		for _, e := range in.Entries {
			one := own
			one.Context = map[string]string{"events:source": e.Source, "events:detail-type": e.DetailType}
			all = append(all, one)
		}
		return all
	case "events:PutRule":
		return own.tagging(in.Tags, "events:TagResource")
	case "events:PutTargets":
		var all []ask
		for _, t := range in.Targets {
			one := own
			one.Context = map[string]string{"events:targetarn": t.Arn}
			all = append(all, one)
		}
		return all
	}
	return []ask{own}
}

// asks tells the cluster beside a service: ARNs of services from before 2021 do not have it.
func (in *ecsInput) asks(own ask, c *call) []ask {
	own.where("ecs:cluster", c.region.arn("ecs", "cluster/"+in.cluster()))
	switch own.Action { // those that have no resource (Service Authorization Reference)
	case "ecs:DescribeTaskDefinition", "ecs:ListClusters", "ecs:ListServices", "ecs:ListTasks":
		own.Resource = "*"
	}
	var all []ask
	add := func(resource string) {
		one := own
		one.Resource = c.region.arn("ecs", resource)
		all = append(all, one)
	}
	for _, name := range in.Services {
		add("service/" + in.cluster() + "/" + afterLast(name, "/"))
	}
	for _, name := range in.Tasks {
		add("task/" + in.cluster() + "/" + afterLast(name, "/"))
	}
	for _, name := range in.Clusters {
		add("cluster/" + afterLast(name, "/"))
	}
	for _, arn := range in.ServiceDeploymentArns {
		_, resource, _ := strings.Cut(arn, ":service-deployment/")
		add("service-deployment/" + resource)
	}
	if len(all) == 0 {
		return []ask{own}
	}
	return all
}
