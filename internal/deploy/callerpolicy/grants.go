package callerpolicy

import (
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/handler"
)

// Service principals are the same in all partitions (aws-cdk region-info).
const (
	lambdaPrincipal = "lambda.amazonaws.com"
	eventsPrincipal = "events.amazonaws.com"
)

// grant is a statement with the permissions that it may contain.
type grant struct {
	statement
	permissions []permission
}

// grants returns all statements that a policy may have, in order.
func grants(places []resource.Names, spec settings.Spec) []grant {
	in := func(resources ...func(resource.Names) string) any { return inPlaces(places, resources...) }
	role := in(resource.Names.RoleARN, func(n resource.Names) string {
		// IAM identifies a role that does not exist (yet) by its name, with the path /.
		return n.ARN("iam", "", "role/"+n.Role)
	})
	logGroup := in(resource.Names.LogGroupARN, func(n resource.Names) string {
		// The tagging calls use a log group's ARN without this suffix, the others with it (CloudWatch Logs
		// API, LogGroup).
		return n.LogGroupARN() + ":*"
	})
	function, rule := in(resource.Names.FunctionARN), allInPlaces(places, resource.RuleARNs)
	viaLambda := in(func(n resource.Names) string {
		// In China the service's name has a different suffix (KMS Developer Guide, kms:ViaService).
		return "lambda." + n.Region + ".amazonaws.com*"
	})
	deployments := in(func(n resource.Names) string { return n.ARN("ecs", n.Region, "service/*") },
		func(n resource.Names) string { return n.ARN("ecs", n.Region, "service-deployment/*") })
	bus := in(func(n resource.Names) string { return n.ARN("events", n.Region, "event-bus/default") })
	clusters := in(func(n resource.Names) string { return n.ClusterARN("*") })
	if len(spec.Clusters) > 0 {
		clusters = allInPlaces(places, func(n resource.Names) []string {
			var arns []string
			for _, cluster := range spec.Clusters {
				arns = append(arns, n.ClusterARN(cluster))
			}
			return arns
		})
	}
	// The names of others' instance profiles are not known in advance.
	profiles := in(func(n resource.Names) string { return n.ARN("iam", "", "instance-profile/*") })
	// The IDs of event source mappings are not known in advance either, but their function is.
	mappings := places[0].ARN("lambda", "*", "event-source-mapping:*")
	return []grant{
		{statement{Sid: "Role", Resource: role}, rolePermissions()},
		{statement{Sid: "Boundary", Resource: role, Condition: when("StringEquals", "iam:PermissionsBoundary", spec.Boundary)}, boundaryPermissions()},
		{statement{Sid: "PassRole", Resource: in(resource.Names.RoleARN), Condition: when("StringEquals", "iam:PassedToService", lambdaPrincipal)}, passRolePermissions()},
		{statement{Sid: "Logs", Resource: logGroup}, logPermissions()},
		{statement{Sid: "Function", Resource: function}, functionPermissions()},
		{statement{Sid: "Permission", Resource: function, Condition: when("StringEquals", "lambda:Principal", eventsPrincipal)}, invokePermissions()},
		{statement{Sid: "Mappings", Resource: mappings, Condition: when("ArnEquals", "lambda:FunctionArn", function)}, mappingPermissions()},
		{statement{Sid: "Rule", Resource: rule}, rulePermissions()},
		{statement{Sid: "Target", Resource: rule, Condition: when("ArnEquals", "events:TargetArn", function)}, targetPermissions()},
		{statement{Sid: "Deployments", Resource: deployments}, deploymentPermissions()},
		{statement{Sid: "InstanceProfiles", Resource: profiles}, profilePermissions()},
		{statement{Sid: "Key", Resource: spec.KMSKey, Condition: when("StringLike", "kms:ViaService", viaLambda)}, keyPermissions()},
		{statement{Sid: "Services", Resource: allInPlaces(places, anyService)}, servicePermissions()},
		{statement{Sid: "Rehearsal", Resource: bus, Condition: when("StringEquals", "events:source", handler.SimulateSource)}, rehearsalPermissions()},
		{statement{Sid: "Doctor", Resource: allInPlaces(places, diagnosed)}, diagnosisPermissions()},
		{statement{Sid: "Clusters", Resource: clusters}, clusterPermissions()},
		{statement{Sid: "NoResourceLevel", Resource: "*"}, unscopedPermissions()},
	}
}

// anyService returns what is read from ECS: any service, with its cluster and its tasks.
func anyService(n resource.Names) []string {
	return []string{n.ARN("ecs", n.Region, "cluster/*"), n.ARN("ecs", n.Region, "service/*"), n.ARN("ecs", n.Region, "task/*")}
}

// diagnosed returns what doctor reads besides services: any rule and its function, any function's role, the
// quotas of Fargate, any ECR repository.
func diagnosed(n resource.Names) []string {
	return []string{
		n.ARN("events", n.Region, "rule/*"), n.ARN("lambda", n.Region, "function:*"), n.ARN("iam", "", "role/*"),
		n.ARN("servicequotas", n.Region, "fargate/*"), n.ARN("ecr", n.Region, "repository/*"),
	}
}

// actionsFor returns the actions that at least one of the purposes needs.
func (g grant) actionsFor(purposes purpose) []string {
	var actions []string
	for _, permission := range g.permissions {
		if permission.purposes&purposes != 0 {
			actions = append(actions, permission.action)
		}
	}
	return actions
}
