package doctor

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecs "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/services"
)

// The checks of where the tasks run, and how many.

func capacityChecks() []check {
	const providers = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html"
	subnets := []services.Part{services.PartSubnets}
	return []check{
		{
			code: "SPOT102", title: "the only task is on Spot", run: onlyTask,
			why: "A service with one task is down from the interruption until Spot capacity is available again: Fargate never replaces " +
				"Spot capacity with on-demand capacity. That can be acceptable for a queue consumer.",
			sources: []string{providers},
			fixes: []string{
				"aws ecs update-service --cluster CLUSTER --service SERVICE --desired-count 2",
				"give it an on-demand floor, as for SPOT103",
			},
		},
		{
			code: "SPOT103", title: "no on-demand floor", run: noFloor,
			why: "Fargate never replaces Spot capacity with on-demand capacity, so a shortage of Spot can stop every task of the service. " +
				"A base or a weight on FARGATE keeps some tasks on demand. A base on FARGATE_SPOT does not, and is satisfied before any weight: one that " +
				"covers every task leaves none on demand. For a service without a load balancer or Service Connect this is informational, since no caller waits for it.",
			sources: []string{providers},
			fixes: []string{
				"aws ecs update-service --cluster CLUSTER --service SERVICE --capacity-provider-strategy capacityProvider=FARGATE,base=1,weight=1 " +
					"capacityProvider=FARGATE_SPOT,weight=4 --force-new-deployment",
				"if FARGATE is not associated with the cluster, see SPOT305 first",
			},
		},
		{
			code: "SPOT106", title: "all tasks run in one Availability Zone", parts: subnets, run: oneZone,
			why: "Spot capacity is reclaimed by Availability Zone: a service in one zone can lose all tasks at once, and finds no capacity " +
				"elsewhere. With several zones, Availability Zone rebalancing spreads the tasks again after an interruption. A service that " +
				"does not set it, such as an older one, has it disabled.",
			sources: []string{"https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html"},
			fixes: []string{
				"aws ecs update-service --cluster CLUSTER --service SERVICE --network-configuration 'awsvpcConfiguration={subnets=[A,B],securityGroups=[G]}'",
				"aws ecs update-service --cluster CLUSTER --service SERVICE --availability-zone-rebalancing ENABLED   does not deploy; needs a maximumPercent above 100",
			},
		},
		{
			code: "SPOT107", title: "too few free IP addresses for a rollout", parts: subnets, run: addresses,
			why: "Each new task takes an IP address of its subnet before an old task releases one. Other services share the subnets, so " +
				"what is free now is the most that a rollout can use. IPv6-only subnets are not checked.",
			sources: []string{"https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Subnet.html"},
			fixes:   []string{"add subnets with free IP addresses to the service's network configuration"},
		},
		{
			code: "SPOT115", title: "capacity was unavailable recently", run: shortage,
			why: "The service's events of the last seven days say that ECS could not place a task because capacity was unavailable. The next " +
				"interruption may meet the same shortage, and the service then runs with fewer tasks until it is over.",
			sources: []string{"https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html"},
			fixes:   []string{"give it an on-demand floor, as for SPOT103", "add Availability Zones, as for SPOT106"},
		},
		{
			code: "SPOT118", title: "the service may scale in to one task", parts: []services.Part{services.PartScaling}, run: scaleIn,
			why:     "Application Auto Scaling may reduce the service to a single task. If that one is on Spot, SPOT102 applies. With a base on FARGATE it is on demand, and nothing is reported.",
			sources: []string{"https://docs.aws.amazon.com/autoscaling/application/APIReference/API_ScalableTarget.html"},
			fixes: []string{
				"aws application-autoscaling register-scalable-target --service-namespace ecs --resource-id service/CLUSTER/SERVICE " +
					"--scalable-dimension ecs:service:DesiredCount --min-capacity 2",
			},
		},
	}
}

// addFloor returns the command that gives a service a task on demand. A change of the strategy requires a forced
// deployment, and that the provider is associated with the cluster.
func (s *Subject) addFloor() string {
	fix := s.redeploy("--capacity-provider-strategy capacityProvider=FARGATE,base=1,weight=1 capacityProvider=FARGATE_SPOT,weight=4 --force-new-deployment")
	if s.isRolledByECS() && !s.Cluster.HasOnDemand() {
		return associate(&s.Cluster) + " && " + fix
	}
	return fix
}

func onlyTask(s *Subject) []verdict {
	if s.DesiredCount != 1 || s.HasOnDemandFloor() || s.SchedulingStrategy == ecs.SchedulingStrategyDaemon {
		return nil
	}
	return []verdict{{Error, "its only task is on Spot: an interruption is an outage", s.updateService("--desired-count 2")}}
}

func noFloor(s *Subject) []verdict {
	if s.DesiredCount < 2 || s.HasOnDemandFloor() {
		return nil
	}
	severity := Info
	if len(s.LoadBalancers) > 0 || s.serviceConnect() != nil {
		severity = Warning
	}
	return []verdict{{severity, "no task is on demand: a shortage of Spot can stop them all", s.addFloor()}}
}

// serviceConnect returns the configuration of the primary deployment, or nil if Service Connect is off.
func (s *Subject) serviceConnect() *ecs.ServiceConnectConfiguration {
	for _, d := range s.Deployments {
		if aws.ToString(d.Status) == "PRIMARY" && d.ServiceConnectConfiguration != nil && d.ServiceConnectConfiguration.Enabled {
			return d.ServiceConnectConfiguration
		}
	}
	return nil
}

func oneZone(s *Subject) []verdict {
	var zones []string
	for _, subnet := range s.Subnets {
		if zone := aws.ToString(subnet.AvailabilityZoneId); !slices.Contains(zones, zone) {
			zones = append(zones, zone)
		}
	}
	switch {
	case len(zones) == 1:
		return []verdict{{
			Warning, "all tasks run in one Availability Zone, " + zones[0],
			s.addSubnet("SUBNET-OF-ANOTHER-ZONE"),
		}}
	case len(zones) > 1 && s.isRolledByECS() && s.AvailabilityZoneRebalancing != ecs.AvailabilityZoneRebalancingEnabled && s.maximumPercent() > 100:
		return []verdict{{
			Info, "Availability Zone rebalancing is off: tasks may accumulate in one zone", s.updateService("--availability-zone-rebalancing ENABLED"),
		}}
	}
	return nil
}

func addresses(s *Subject) []verdict {
	free, found := 0, false
	for _, subnet := range s.Subnets {
		if !aws.ToBool(subnet.Ipv6Native) && subnet.AvailableIpAddressCount != nil {
			free, found = free+int(*subnet.AvailableIpAddressCount), true
		}
	}
	needed := s.ceiling() - int(s.RunningCount)
	if !found || free >= needed {
		return nil
	}
	severity := Warning
	if free == 0 {
		severity = Error
	}
	return []verdict{{
		severity, fmt.Sprintf("its subnets have %d free IP addresses, a rollout needs up to %d", free, needed),
		s.addSubnet("SUBNET-WITH-ADDRESSES"),
	}}
}

// addSubnet returns the command that adds a subnet to those of the service.
func (s *Subject) addSubnet(placeholder string) string {
	if s.NetworkConfiguration == nil || s.NetworkConfiguration.AwsvpcConfiguration == nil {
		return "add subnets to the network configuration of its next deployment"
	}
	c := s.NetworkConfiguration.AwsvpcConfiguration
	text := "awsvpcConfiguration={subnets=[" + strings.Join(slices.Concat(c.Subnets, []string{placeholder}), ",") + "]"
	if len(c.SecurityGroups) > 0 {
		text += ",securityGroups=[" + strings.Join(c.SecurityGroups, ",") + "]"
	}
	if c.AssignPublicIp != "" {
		text += ",assignPublicIp=" + string(c.AssignPublicIp)
	}
	return s.redeploy("--network-configuration " + apperr.Quote(text+"}"))
}

// recently is the period in which a shortage counts.
const recently = 7 * 24 * time.Hour

func shortage(s *Subject) []verdict {
	times, last := 0, time.Time{}
	for _, event := range s.Events {
		at := aws.ToTime(event.CreatedAt)
		if s.Now.Sub(at) <= recently && strings.Contains(aws.ToString(event.Message), "Capacity is unavailable") {
			times++
			if at.After(last) {
				last = at
			}
		}
	}
	if times == 0 {
		return nil
	}
	fix := "add Availability Zones, or give FARGATE a larger weight in its strategy"
	if !s.HasOnDemandFloor() {
		fix = s.addFloor()
	}
	return []verdict{{
		Warning, fmt.Sprintf("capacity was unavailable %s in the last 7 days, most recently on %s", count(times, "time"), last.UTC().Format("2 Jan 15:04 UTC")), fix,
	}}
}

func scaleIn(s *Subject) []verdict {
	if s.Scaling == nil || aws.ToInt32(s.Scaling.MinCapacity) > 1 || s.DesiredCount < 2 || s.OnDemandBase() > 0 {
		return nil
	}
	return []verdict{{
		Warning, fmt.Sprintf("it may scale in to %s, and that one may be on Spot", count(int(aws.ToInt32(s.Scaling.MinCapacity)), "task")),
		fmt.Sprintf("aws application-autoscaling register-scalable-target --service-namespace ecs --resource-id %s --scalable-dimension ecs:service:DesiredCount --min-capacity 2",
			apperr.Quote("service/"+s.Cluster.Name()+"/"+s.Name())),
	}}
}
