package doctor

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	ec2 "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	ecs "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/services"
)

var noon = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// ready returns a service without any finding.
func ready() *Subject {
	const root = "arn:aws:ecs:eu-west-1:111122223333:"
	s := &Subject{Now: noon, Covered: true, Service: &services.Service{
		Cluster: services.Cluster{Cluster: ecs.Cluster{ClusterName: aws.String("shop"), ClusterArn: aws.String(root + "cluster/shop"), CapacityProviders: []string{services.Spot, services.OnDemand}}},
		Service: ecs.Service{
			ServiceName: aws.String("api"), ServiceArn: aws.String(root + "service/shop/api"), Status: aws.String("ACTIVE"),
			DesiredCount: 4, RunningCount: 4, HealthCheckGracePeriodSeconds: aws.Int32(60),
			AvailabilityZoneRebalancing: ecs.AvailabilityZoneRebalancingEnabled,
			CapacityProviderStrategy: []ecs.CapacityProviderStrategyItem{
				{CapacityProvider: aws.String(services.OnDemand), Base: 1, Weight: 1}, {CapacityProvider: aws.String(services.Spot), Weight: 4},
			},
			DeploymentConfiguration: &ecs.DeploymentConfiguration{
				MinimumHealthyPercent: aws.Int32(100), MaximumPercent: aws.Int32(200),
				DeploymentCircuitBreaker: &ecs.DeploymentCircuitBreaker{Enable: true, Rollback: true},
			},
			Deployments: []ecs.Deployment{{
				Id: aws.String("ecs-svc/1"), Status: aws.String("PRIMARY"), RolloutState: ecs.DeploymentRolloutStateCompleted,
				TaskDefinition: aws.String(root + "task-definition/api:7"), CreatedAt: aws.Time(noon.Add(-24 * time.Hour)),
			}},
			NetworkConfiguration: &ecs.NetworkConfiguration{AwsvpcConfiguration: &ecs.AwsVpcConfiguration{
				Subnets: []string{"subnet-a", "subnet-b"}, SecurityGroups: []string{"sg-1"},
			}},
			TaskDefinition:  aws.String(root + "task-definition/api:7"),
			PlatformVersion: aws.String("LATEST"), PlatformFamily: aws.String("Linux"),
			LoadBalancers: []ecs.LoadBalancer{{TargetGroupArn: aws.String("arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/api-tg/6d0ecf831eec9f09")}},
		},
		TaskDefinition: &ecs.TaskDefinition{
			Family: aws.String("api"), Revision: 7, Status: ecs.TaskDefinitionStatusActive,
			ContainerDefinitions: []ecs.ContainerDefinition{{
				Name: aws.String("app"), StopTimeout: aws.Int32(120), EntryPoint: []string{"/app"},
				Image: aws.String("registry.example:5000/app@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
			}},
		},
		TargetGroups: []services.TargetGroup{{
			TargetGroup: elb.TargetGroup{
				TargetGroupArn:  aws.String("arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/api-tg/6d0ecf831eec9f09"),
				TargetGroupName: aws.String("api-tg"), Protocol: elb.ProtocolEnumHttp, ProtocolVersion: aws.String("HTTP1"),
				HealthCheckIntervalSeconds: aws.Int32(30), UnhealthyThresholdCount: aws.Int32(2),
			},
			Attributes: map[string]string{"deregistration_delay.timeout_seconds": "60", "slow_start.duration_seconds": "0", "stickiness.enabled": "false"},
		}},
		Subnets: []ec2.Subnet{
			{SubnetId: aws.String("subnet-a"), AvailabilityZoneId: aws.String("euw1-az1"), AvailableIpAddressCount: aws.Int32(200)},
			{SubnetId: aws.String("subnet-b"), AvailabilityZoneId: aws.String("euw1-az2"), AvailableIpAddressCount: aws.Int32(200)},
		},
		Scaling: &scaling.ScalableTarget{MinCapacity: aws.Int32(2)},
	}}
	return s
}

// diagnosed returns the findings for the service after the changes, in mode once.
func diagnosed(t *testing.T, change func(*Subject)) Diagnosis {
	t.Helper()
	s := ready()
	change(s)
	s.Decision = s.Service.Decision(handler.ModeOnce, s.Now)
	return CheckService(s, nil)
}

// summary returns a diagnosis in the form "SPOT101 warning, SPOT103 info".
func (d *Diagnosis) summary() string {
	var all []string
	for _, f := range d.Findings {
		all = append(all, f.Code+" "+string(f.Severity))
	}
	for _, n := range d.NotChecked {
		all = append(all, n.Code+" not checked")
	}
	return strings.Join(all, ", ")
}
