package localaws

import (
	"cmp"
	"strings"

	"github.com/spothandler/spothandler/internal/localaws/policy"
)

// ask is a request to be evaluated by IAM.
type ask struct {
	policy.Ask
	shown string // the resource as shown in errors, if that is not an ARN
}

// mayI returns a request without a context.
func mayI(action, resource string) ask {
	return ask{Ask: policy.Ask{Action: action, Resource: resource, Context: map[string]string{}}}
}

// asks returns the requests that IAM evaluates before the call is done.
func (c *call) asks() []ask {
	own := mayI(c.record.String(), cmp.Or(c.record.Resource, "*"))
	if c.input == nil {
		return []ask{own}
	}
	return c.input.asks(own, c)
}

// beside returns a request for another action on the same resource, in the same context.
func (a ask) beside(action string) ask {
	a.Action = action
	return a
}

// where adds a condition key to the context, unless the value is empty.
func (a ask) where(key, value string) {
	if value != "" {
		a.Context[key] = value
	}
}

// tagging adds the request for tags in a call that creates a resource.
func (a ask) tagging(tags tagList, action string) []ask {
	if len(tags) == 0 {
		return []ask{a}
	}
	return []ask{a, a.beside(action)}
}

// asks uses the ARN of an existing role, and only the name of others: it is not documented that IAM would
// guess their path.
func (in *iamInput) asks(own ask, c *call) []ask {
	if strings.Contains(boundedActions, " "+c.record.Action+" ") {
		own.where("iam:permissionsboundary", cmp.Or(in.PermissionsBoundary, c.boundaryOf(in)))
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

// boundedActions are the actions that support the condition key iam:PermissionsBoundary (Service
// Authorization Reference).
const boundedActions = " CreateRole GetRole UpdateRole UpdateAssumeRolePolicy DeleteRole PutRolePolicy DeleteRolePolicy " +
	"AttachRolePolicy DetachRolePolicy PutRolePermissionsBoundary DeleteRolePermissionsBoundary "

// boundaryOf returns the role's current boundary.
func (c *call) boundaryOf(in *iamInput) string {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	o, err := c.server.iam.find(in)
	if err != nil {
		return ""
	}
	return o.boundary()
}

// asks adds the requests for what is passed: a role, a VPC, a key.
func (in *lambdaInput) asks(own ask, c *call) []ask {
	switch own.Action {
	case "lambda:Invoke":
		own.Action = "lambda:InvokeFunction"
	case "lambda:AddPermission", "lambda:RemovePermission":
		own.where("lambda:principal", in.Principal)
	case "lambda:ListEventSourceMappings", "lambda:CreateEventSourceMapping", "lambda:CreateCodeSigningConfig": // these have no resource
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

// functionOf returns the function of an event source mapping.
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

// viaLambda returns a request for what Lambda does with a key on behalf of its caller.
func viaLambda(action, key string, r *region) ask {
	ending := ""
	if r.partition() == "aws-cn" {
		ending = ".cn"
	}
	use := mayI(action, key)
	use.where("kms:viaservice", "lambda."+r.name+".amazonaws.com"+ending)
	return use
}

// asks uses two forms of a log group's ARN: the tagging calls use the group's own, the others the one that
// includes its streams (CloudWatch Logs API, LogGroup).
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

// asks adds the cluster to a service's ARN in the context, because ARNs of services from before 2021 do not
// contain it.
func (in *ecsInput) asks(own ask, c *call) []ask {
	own.where("ecs:cluster", c.region.arn("ecs", "cluster/"+in.cluster()))
	switch own.Action { // actions without a resource (Service Authorization Reference)
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
