package doctor

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/services"
)

// The checks of what is between the tasks and their callers.

func balancingChecks() []check {
	groups := []services.Part{services.PartTargetGroups}
	return []check{
		{
			code: "SPOT104", title: "draining takes longer than the two-minute warning", parts: groups, run: draining,
			why: "A target group lets the connections of a stopping task finish during its deregistration delay, by default 300 seconds, but " +
				"an interrupted task is killed after 120 seconds at most. When a deployment stops a task, ECS waits for the delay before it sends " +
				"SIGTERM, so a long delay also prolongs the redeployment, and the function skips further interruptions until it is over. " +
				"Idle targets of an Application Load Balancer deregister at once.",
			sources: []string{
				"https://repost.aws/knowledge-center/fargate-spot-termination-notice",
				"https://docs.aws.amazon.com/AmazonECS/latest/developerguide/load-balancer-connection-draining.html",
			},
			fixes: []string{"aws elbv2 modify-target-group-attributes --target-group-arn ARN --attributes Key=deregistration_delay.timeout_seconds,Value=90"},
		},
		{
			code: "SPOT109", title: "new tasks may be killed while starting", parts: slices.Concat(groups, []services.Part{services.PartTaskDefinition}), run: gracePeriod,
			why: "Without a health check grace period (the default is 0), ECS kills a task that the load balancer finds unhealthy while it " +
				"starts. A grace period is needed if the start period of a container's own health check is longer than the time after which the " +
				"target group considers a target unhealthy (interval times unhealthy threshold). The healthy threshold does not matter: a new target " +
				"has to pass a single check.",
			sources: []string{"https://docs.aws.amazon.com/AmazonECS/latest/developerguide/load-balancer-healthcheck.html"},
			fixes:   []string{"aws ecs update-service --cluster CLUSTER --service SERVICE --health-check-grace-period-seconds 60   does not deploy"},
		},
		{
			code: "SPOT110", title: "connections may outlast the two-minute warning", parts: groups, run: longConnections,
			why: "Long-lived connections (TCP, TLS, UDP, QUIC, gRPC, WebSockets), sticky sessions and idle Service Connect connections end with " +
				"their task. During a slow start of more than two minutes, new tasks get less than their share of the requests for longer than the " +
				"warning lasts. Names in AWS Cloud Map stay in DNS caches for their TTL. A target group can close connections at the end of its " +
				"deregistration delay; for UDP that is the default. AWS does not document whether Fargate drains Service Connect before SIGTERM, as " +
				"the ECS agent on EC2 does.",
			sources: []string{"https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html"},
			fixes: []string{
				"let clients reconnect, with backoff",
				"aws elbv2 modify-target-group-attributes --target-group-arn ARN --attributes Key=slow_start.duration_seconds,Value=60",
			},
		},
	}
}

const (
	warningTime  = 120 // seconds between SIGTERM and SIGKILL, at most
	defaultDelay = 300 // seconds (ELB API, TargetGroupAttribute)
	goodDelay    = 90  // below warningTime, with time to spare
)

func draining(s *Subject) []verdict {
	var verdicts []verdict
	for _, group := range s.TargetGroups {
		delay := seconds(group, "deregistration_delay.timeout_seconds", defaultDelay)
		if delay < warningTime {
			continue
		}
		verdicts = append(verdicts, verdict{
			Warning, fmt.Sprintf("target group %s drains for %ds, but an interrupted task stops after %ds", aws.ToString(group.TargetGroupName), delay, warningTime),
			modifyGroup(group, "deregistration_delay.timeout_seconds", goodDelay),
		})
	}
	return verdicts
}

func modifyGroup(group services.TargetGroup, attribute string, value int) string {
	return fmt.Sprintf("aws elbv2 modify-target-group-attributes --target-group-arn %s --attributes Key=%s,Value=%d", apperr.Quote(aws.ToString(group.TargetGroupArn)), attribute, value)
}

func seconds(group services.TargetGroup, attribute string, absent int) int {
	value, err := strconv.Atoi(group.Attributes[attribute])
	if err != nil {
		return absent
	}
	return value
}

func gracePeriod(s *Subject) []verdict {
	if aws.ToInt32(s.HealthCheckGracePeriodSeconds) > 0 || len(s.TargetGroups) == 0 {
		return nil
	}
	killedAfter := 0
	for _, group := range s.TargetGroups {
		if each := int(aws.ToInt32(group.HealthCheckIntervalSeconds) * aws.ToInt32(group.UnhealthyThresholdCount)); killedAfter == 0 || each < killedAfter {
			killedAfter = each
		}
	}
	start := 0
	for _, c := range s.TaskDefinition.ContainerDefinitions {
		if c.HealthCheck != nil {
			start = max(start, int(aws.ToInt32(c.HealthCheck.StartPeriod)))
		}
	}
	switch {
	case start == 0:
		return []verdict{{
			Info, "no health check grace period: a task that starts slowly may be killed", s.updateService("--health-check-grace-period-seconds 60"),
		}}
	case start > killedAfter:
		return []verdict{{
			Warning, fmt.Sprintf("a task may take %ds to start, but is killed after %ds of failed health checks", start, killedAfter),
			s.updateService(fmt.Sprintf("--health-check-grace-period-seconds %d", start)),
		}}
	}
	return nil
}

const longSlowStart = warningTime

func longConnections(s *Subject) []verdict {
	var verdicts []verdict
	for _, group := range s.TargetGroups {
		verdicts = append(verdicts, longConnectionsIn(group)...)
	}
	if s.serviceConnect() != nil {
		verdicts = append(verdicts, verdict{Info, "Service Connect keeps idle connections for 5 min (HTTP) or 1 h (TCP): clients must reconnect", ""})
	}
	if len(s.ServiceRegistries) > 0 {
		verdicts = append(verdicts, verdict{Info, "its name in AWS Cloud Map stays in DNS caches for the record's TTL", ""})
	}
	return verdicts
}

func longConnectionsIn(group services.TargetGroup) []verdict {
	name := aws.ToString(group.TargetGroupName)
	var verdicts []verdict
	switch {
	case slices.Contains([]elb.ProtocolEnum{elb.ProtocolEnumTcp, elb.ProtocolEnumTls, elb.ProtocolEnumUdp, elb.ProtocolEnumTcpUdp, "QUIC", "TCP_QUIC"}, group.Protocol):
		verdicts = append(verdicts, verdict{Info, fmt.Sprintf("target group %s: connections over %s end with the task", name, group.Protocol), ""})
	case aws.ToString(group.ProtocolVersion) == "GRPC":
		verdicts = append(verdicts, verdict{Info, fmt.Sprintf("target group %s: gRPC streams end with the task", name), ""})
	}
	if group.Attributes["stickiness.enabled"] == "true" {
		verdicts = append(verdicts, verdict{Info, fmt.Sprintf("target group %s: sticky sessions move to another task", name), ""})
	}
	if group.Attributes["deregistration_delay.connection_termination.enabled"] == "true" {
		verdicts = append(verdicts, verdict{Info, fmt.Sprintf("target group %s: connections are cut at the end of its deregistration delay", name), ""})
	}
	if slow := seconds(group, "slow_start.duration_seconds", 0); slow > longSlowStart {
		verdicts = append(verdicts, verdict{
			Warning, fmt.Sprintf("target group %s has a slow start of %ds, longer than the two-minute warning", name, slow),
			modifyGroup(group, "slow_start.duration_seconds", goodDelay),
		})
	}
	return verdicts
}
