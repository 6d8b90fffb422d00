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

// What stands between the tasks and their callers.

func balancingChecks() []check {
	groups := []services.Part{services.PartTargetGroups}
	return []check{
		{
			code: "SPOT104", title: "draining takes longer than the notice", parts: groups, judge: draining,
			why: "A target group keeps the connections of a task that leaves for its deregistration delay, 300 s unless it is set; the task is " +
				"killed after at most 120 s. On ordinary stops ECS waits for the delay before it sends SIGTERM, which stretches the " +
				"redeployment as well, and during it the function skips further interruptions. Idle targets of an Application Load Balancer " +
				"leave at once.",
			sources: []string{
				"https://repost.aws/knowledge-center/fargate-spot-termination-notice",
				"https://docs.aws.amazon.com/AmazonECS/latest/developerguide/load-balancer-connection-draining.html",
			},
			cures: []string{"aws elbv2 modify-target-group-attributes --target-group-arn ARN --attributes Key=deregistration_delay.timeout_seconds,Value=90"},
		},
		{
			code: "SPOT109", title: "new tasks may be killed while they start", parts: slices.Concat(groups, []services.Part{services.PartTaskDefinition}), judge: grace,
			why: "Without a health check grace period (its default is 0), a task that the load balancer finds unhealthy while it starts is killed. " +
				"A container whose own health check asks for a start period longer than the target group's patience (interval times unhealthy " +
				"threshold) needs one. A new target needs to pass one check only, so that the healthy threshold does not matter.",
			sources: []string{"https://docs.aws.amazon.com/AmazonECS/latest/developerguide/load-balancer-healthcheck.html"},
			cures:   []string{"aws ecs update-service --cluster CLUSTER --service SERVICE --health-check-grace-period-seconds 60 (deploys nothing)"},
		},
		{
			code: "SPOT110", title: "two minutes cut what lasts longer", parts: groups, judge: lasting,
			why: "Long-lived connections (TCP, TLS, UDP, QUIC, gRPC, WebSockets), sticky sessions and Service Connect's idle connections end with " +
				"their task. A slow start of more than two minutes gives the new tasks less than their share for longer than the notice lasts. " +
				"Names in AWS Cloud Map stay in DNS caches for their TTL. Whether Fargate drains Service Connect before SIGTERM, as the agent on EC2 " +
				"does, AWS does not say. A target group that terminates connections after its deregistration delay does so by default for UDP.",
			sources: []string{"https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html"},
			cures: []string{
				"clients that connect again, with backoff",
				"aws elbv2 modify-target-group-attributes --target-group-arn ARN --attributes Key=slow_start.duration_seconds,Value=60",
			},
		},
	}
}

const (
	notice       = 120 // seconds between SIGTERM and the end
	defaultDelay = 300 // seconds (ELB API, TargetGroupAttribute)
	goodDelay    = 90  // below the notice, with time to spare
)

func draining(s *Subject) []verdict {
	var verdicts []verdict
	for _, group := range s.TargetGroups {
		delay := seconds(group, "deregistration_delay.timeout_seconds", defaultDelay)
		if delay < notice {
			continue
		}
		verdicts = append(verdicts, verdict{
			Warning, fmt.Sprintf("target group %s drains for %ds, the notice is %ds", aws.ToString(group.TargetGroupName), delay, notice),
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

func grace(s *Subject) []verdict {
	if aws.ToInt32(s.HealthCheckGracePeriodSeconds) > 0 || len(s.TargetGroups) == 0 {
		return nil
	}
	patience := 0
	for _, group := range s.TargetGroups {
		if each := int(aws.ToInt32(group.HealthCheckIntervalSeconds) * aws.ToInt32(group.UnhealthyThresholdCount)); patience == 0 || each < patience {
			patience = each
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
			Info, "no health check grace period: a task that starts slowly is killed", s.updateService("--health-check-grace-period-seconds 60"),
		}}
	case start > patience:
		return []verdict{{
			Warning, fmt.Sprintf("a task may take %ds to start and is killed after %ds of failed health checks", start, patience),
			s.updateService(fmt.Sprintf("--health-check-grace-period-seconds %d", start)),
		}}
	}
	return nil
}

const longSlowStart = notice

func lasting(s *Subject) []verdict {
	var verdicts []verdict
	for _, group := range s.TargetGroups {
		verdicts = append(verdicts, lastingIn(group)...)
	}
	if s.serviceConnect() != nil {
		verdicts = append(verdicts, verdict{Info, "Service Connect keeps idle connections, 5 min for HTTP and 1 h for TCP: clients must connect again", ""})
	}
	if len(s.ServiceRegistries) > 0 {
		verdicts = append(verdicts, verdict{Info, "its name in AWS Cloud Map stays in DNS caches for the record's TTL", ""})
	}
	return verdicts
}

func lastingIn(group services.TargetGroup) []verdict {
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
			Warning, fmt.Sprintf("target group %s starts new tasks slowly for %ds, the notice is %ds", name, slow, notice),
			modifyGroup(group, "slow_start.duration_seconds", goodDelay),
		})
	}
	return verdicts
}
