package doctor

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecs "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/spothandler/spothandler/internal/services"
)

// serviceCase is a service that one check is tested with.
type serviceCase struct {
	code   string // of the check
	name   string
	change func(*Subject)
	want   string // the whole diagnosis
	fix    string // a part of the first fix
}

// serviceCases returns cases of every check, with a finding and with its nearest false positive.
func serviceCases() []serviceCase {
	return []serviceCase{
		{"", "ready", func(*Subject) {}, "", ""},

		{"SPOT101", "no stopTimeout", func(s *Subject) { app(s).StopTimeout = nil }, "SPOT101 warning", `(.containerDefinitions[] | select(.name=="app") | .stopTimeout) |= 120`},
		{"SPOT101", "less than the default", func(s *Subject) { app(s).StopTimeout = aws.Int32(10) }, "SPOT101 warning", ""},
		{"SPOT101", "a choice", func(s *Subject) { app(s).StopTimeout = aws.Int32(30) }, "", ""},
		{"SPOT101", "a container that may end", func(s *Subject) {
			addContainer(s, ecs.ContainerDefinition{Name: aws.String("helper"), EntryPoint: []string{"/h"}, Essential: aws.Bool(false)})
		}, "", ""},
		{"SPOT101", "a log router", func(s *Subject) {
			addContainer(s, ecs.ContainerDefinition{Name: aws.String("log"), EntryPoint: []string{"/h"}, FirelensConfiguration: &ecs.FirelensConfiguration{}})
		}, "", ""},
		{"SPOT101", "a container that ends first", func(s *Subject) {
			addContainer(s, ecs.ContainerDefinition{Name: aws.String("init"), EntryPoint: []string{"/h"}})
			app(s).DependsOn = []ecs.ContainerDependency{{ContainerName: aws.String("init"), Condition: ecs.ContainerConditionSuccess}}
		}, "", ""},

		{"SPOT101", "a container that completes first", func(s *Subject) {
			addContainer(s, ecs.ContainerDefinition{Name: aws.String("init"), EntryPoint: []string{"/h"}})
			app(s).DependsOn = []ecs.ContainerDependency{{ContainerName: aws.String("init"), Condition: ecs.ContainerConditionComplete}}
		}, "", ""},
		{"SPOT101", "a container that has to start first, and stays", func(s *Subject) {
			addContainer(s, ecs.ContainerDefinition{Name: aws.String("proxy"), EntryPoint: []string{"/h"}})
			app(s).DependsOn = []ecs.ContainerDependency{{ContainerName: aws.String("proxy"), Condition: ecs.ContainerConditionHealthy}}
		}, "SPOT101 warning", `select(.name=="proxy")`},

		{"SPOT102", "one task on Spot", func(s *Subject) { s.DesiredCount, s.RunningCount = 1, 1; useSpotOnly(s) }, "SPOT102 error", "aws ecs update-service --cluster shop --service api --desired-count 2"},
		{"SPOT102", "a base on Spot takes the only task, whatever the weights", func(s *Subject) {
			s.DesiredCount, s.RunningCount = 1, 1
			s.CapacityProviderStrategy[0].Base, s.CapacityProviderStrategy[1].Base = 0, 1
		}, "SPOT102 error", "--desired-count 2"},
		{"SPOT102", "one task, on demand", func(s *Subject) { s.DesiredCount, s.RunningCount = 1, 1 }, "", ""},

		{"SPOT103", "no floor, callers wait", useSpotOnly, "SPOT103 warning", "capacityProvider=FARGATE,base=1,weight=1"},
		{"SPOT103", "a base on Spot is no floor", func(s *Subject) { useSpotOnly(s); s.CapacityProviderStrategy[0].Base = 2 }, "SPOT103 warning", ""},
		{"SPOT103", "a base on Spot that covers every task leaves none to a weight", func(s *Subject) {
			s.CapacityProviderStrategy[0].Base, s.CapacityProviderStrategy[1].Base = 0, 4
		}, "SPOT103 warning", "capacityProvider=FARGATE,base=1,weight=1"},
		{"SPOT103", "a base on Spot that leaves a task to a weight", func(s *Subject) {
			s.CapacityProviderStrategy[0].Base, s.CapacityProviderStrategy[1].Base = 0, 3
		}, "", ""},
		{"SPOT103", "an entry without weight or base is no floor", func(s *Subject) { s.CapacityProviderStrategy[0].Base, s.CapacityProviderStrategy[0].Weight = 0, 0 }, "SPOT103 warning", ""},
		{"SPOT103", "no floor, called by Service Connect", func(s *Subject) {
			useSpotOnly(s)
			s.LoadBalancers, s.TargetGroups = nil, nil
			s.Deployments[0].ServiceConnectConfiguration = &ecs.ServiceConnectConfiguration{Enabled: true}
		}, "SPOT103 warning, SPOT110 info", ""},
		{"SPOT103", "a consumer", func(s *Subject) {
			useSpotOnly(s)
			s.LoadBalancers, s.TargetGroups = nil, nil
		}, "SPOT103 info", ""},
		{"SPOT103", "no floor, and no provider for it", func(s *Subject) { useSpotOnly(s); s.Cluster.CapacityProviders = []string{services.Spot} }, "SPOT103 warning", "--capacity-providers FARGATE_SPOT FARGATE --default-capacity-provider-strategy '[]' && aws ecs update-service"},
		{"SPOT103", "no floor, under CodeDeploy", func(s *Subject) { useSpotOnly(s); useCodeDeploy(s) }, "SPOT103 warning, SPOT201 warning", "with its next deployment by CodeDeploy"},
		{"SPOT103", "a base on demand", func(s *Subject) { s.CapacityProviderStrategy[0].Weight = 0 }, "", ""},

		{"SPOT104", "the default delay", func(s *Subject) { delete(s.TargetGroups[0].Attributes, "deregistration_delay.timeout_seconds") }, "SPOT104 warning", "--attributes Key=deregistration_delay.timeout_seconds,Value=90"},
		{"SPOT104", "as long as the two-minute warning", func(s *Subject) { s.TargetGroups[0].Attributes["deregistration_delay.timeout_seconds"] = "120" }, "SPOT104 warning", ""},
		{"SPOT104", "just shorter", func(s *Subject) { s.TargetGroups[0].Attributes["deregistration_delay.timeout_seconds"] = "119" }, "", ""},

		{"SPOT105", "a shell", func(s *Subject) { app(s).EntryPoint = []string{"/bin/sh", "-c", "/app --serve"} }, "SPOT105 warning", "exec"},
		{"SPOT105", "a shell as the command", func(s *Subject) { app(s).EntryPoint, app(s).Command = nil, []string{"bash", "-ec", "migrate; /app"} }, "SPOT105 warning", ""},
		{"SPOT105", "bash replaces itself by a single command", func(s *Subject) { app(s).EntryPoint = []string{"bash", "-c", "/app --serve"} }, "", ""},
		{"SPOT105", "an option with a name", func(s *Subject) { app(s).EntryPoint = []string{"bash", "-eo", "pipefail", "-c", "a; b"} }, "SPOT105 warning", ""},
		{"SPOT105", "an option of its own with a name", func(s *Subject) { app(s).EntryPoint = []string{"bash", "-o", "pipefail", "-c", "a; b"} }, "SPOT105 warning", ""},
		{"SPOT105", "an option behind -c", func(s *Subject) { app(s).EntryPoint = []string{"bash", "-c", "-e", "a; b"} }, "SPOT105 warning", ""},
		{"SPOT105", "a script file behind an option with a name", func(s *Subject) { app(s).EntryPoint = []string{"bash", "-o", "pipefail", "/c.sh", "-c"} }, "", ""},
		{"SPOT105", "an exec that only redirects", func(s *Subject) { app(s).EntryPoint = []string{"sh", "-c", "exec 2>&1; node a.js; echo done"} }, "SPOT105 warning", ""},
		{"SPOT105", "an exec that only redirects, on a line of its own", func(s *Subject) { app(s).EntryPoint = []string{"sh", "-c", "exec > /log 2>&1\nnode a.js\necho done"} }, "SPOT105 warning", ""},
		{"SPOT105", "an exec that redirects and runs", func(s *Subject) { app(s).EntryPoint = []string{"sh", "-c", "migrate; exec 2>&1 node a.js"} }, "", ""},
		{"SPOT105", "npm", func(s *Subject) { app(s).EntryPoint = []string{"npm", "start"} }, "SPOT105 info", ""},
		{"SPOT105", "yarn", func(s *Subject) { app(s).EntryPoint, app(s).Command = nil, []string{"yarn", "start"} }, "SPOT105 info", ""},
		{"SPOT105", "an init process signals the shell alone", func(s *Subject) {
			app(s).EntryPoint = []string{"sh", "-c", "/app --serve"}
			app(s).LinuxParameters = &ecs.LinuxParameters{InitProcessEnabled: aws.Bool(true)}
		}, "SPOT105 warning", ""},
		{"SPOT105", "the image decides", func(s *Subject) { app(s).EntryPoint = nil }, "SPOT105 info", ""},
		{"SPOT105", "a shell that execs", func(s *Subject) { app(s).EntryPoint = []string{"sh", "-c", "migrate && exec /app"} }, "", ""},
		{"SPOT105", "a shell that traps", func(s *Subject) { app(s).EntryPoint = []string{"sh", "-c", "trap stop TERM; /app & wait"} }, "", ""},
		{"SPOT105", "a trap of EXIT, which bash runs at SIGTERM", func(s *Subject) { app(s).EntryPoint = []string{"bash", "-c", `trap "kill \$!" EXIT; /app & wait`} }, "", ""},
		{"SPOT105", "a trap of EXIT, which sh runs at its own end only", func(s *Subject) { app(s).EntryPoint = []string{"sh", "-c", "trap 'kill $!' EXIT; /app & wait"} }, "SPOT105 warning", "trap it as TERM"},
		{"SPOT105", "a trap of 0, which is EXIT", func(s *Subject) { app(s).EntryPoint = []string{"dash", "-c", "trap stop 0; /app & wait"} }, "SPOT105 warning", ""},
		{"SPOT105", "a trap of EXIT and TERM", func(s *Subject) {
			app(s).EntryPoint = []string{"sh", "-c", "trap 'kill $! > /log' EXIT term; /app & wait"}
		}, "", ""},
		{"SPOT105", "a trap of 15, which is TERM", func(s *Subject) { app(s).EntryPoint = []string{"sh", "-c", "trap -- stop INT 15; /app & wait"} }, "", ""},
		{"SPOT105", "a trap of SIGTERM, a name that dash rejects", func(s *Subject) { app(s).EntryPoint = []string{"sh", "-c", "trap stop SIGTERM; /app & wait"} }, "SPOT105 warning", ""},
		{"SPOT105", "a trap of SIGTERM, a name that ash accepts", func(s *Subject) { app(s).EntryPoint = []string{"ash", "-c", "trap stop SIGTERM; /app & wait"} }, "", ""},
		{"SPOT105", "a trap of another signal", func(s *Subject) { app(s).EntryPoint = []string{"bash", "-c", "trap stop INT; /app & wait"} }, "SPOT105 warning", ""},
		{"SPOT105", "a trap that ignores it", func(s *Subject) { app(s).EntryPoint = []string{"bash", "-c", "trap '' TERM; /app & wait"} }, "SPOT105 warning", ""},
		{"SPOT105", "a trap that resets it", func(s *Subject) { app(s).EntryPoint = []string{"bash", "-c", "trap - TERM; /app & wait"} }, "SPOT105 warning", ""},
		{"SPOT105", "the script is the command, and execs", func(s *Subject) { app(s).EntryPoint, app(s).Command = []string{"sh", "-c"}, []string{"exec /app"} }, "", ""},
		{"SPOT105", "the script is the command", func(s *Subject) {
			app(s).EntryPoint, app(s).Command = []string{"bash", "-c"}, []string{"migrate; /app"}
		}, "SPOT105 warning", ""},
		{"SPOT105", "a shell that execs on a line of its own", func(s *Subject) { app(s).EntryPoint = []string{"sh", "-c", "migrate\nexec /app"} }, "", ""},
		{"SPOT105", "a program that is named like exec", func(s *Subject) { app(s).EntryPoint = []string{"sh", "-c", "/app --no-exec mode"} }, "SPOT105 warning", ""},
		{"SPOT105", "a script file", func(s *Subject) { app(s).EntryPoint = []string{"/bin/sh", "/entrypoint.sh", "-c"} }, "", ""},

		{"SPOT106", "one zone", func(s *Subject) { s.Subnets[1].AvailabilityZoneId = s.Subnets[0].AvailabilityZoneId }, "SPOT106 warning", "subnets=[subnet-a,subnet-b,SUBNET-OF-ANOTHER-ZONE],securityGroups=[sg-1]"},
		{"SPOT106", "CodeDeploy knows no rebalancing", func(s *Subject) { useCodeDeploy(s); s.AvailabilityZoneRebalancing = "" }, "SPOT201 warning", ""},
		{"SPOT106", "rebalancing is off", func(s *Subject) { s.AvailabilityZoneRebalancing = "" }, "SPOT106 info", "--availability-zone-rebalancing ENABLED"},
		{"SPOT106", "rebalancing needs more than 100 %", func(s *Subject) {
			s.AvailabilityZoneRebalancing = ""
			s.DeploymentConfiguration.MaximumPercent, s.DeploymentConfiguration.MinimumHealthyPercent = aws.Int32(100), aws.Int32(75)
		}, "", ""},

		{"SPOT107", "too few addresses", func(s *Subject) {
			s.Subnets[0].AvailableIpAddressCount, s.Subnets[1].AvailableIpAddressCount = aws.Int32(1), aws.Int32(2)
		}, "SPOT107 warning", ""},
		{"SPOT107", "none", func(s *Subject) {
			s.Subnets[0].AvailableIpAddressCount, s.Subnets[1].AvailableIpAddressCount = aws.Int32(0), aws.Int32(0)
		}, "SPOT107 error", ""},
		{"SPOT107", "just enough", func(s *Subject) {
			s.Subnets[0].AvailableIpAddressCount, s.Subnets[1].AvailableIpAddressCount = aws.Int32(4), aws.Int32(0)
		}, "", ""},
		{"SPOT107", "IPv6 alone", func(s *Subject) {
			for i := range s.Subnets {
				s.Subnets[i].Ipv6Native, s.Subnets[i].AvailableIpAddressCount = aws.Bool(true), aws.Int32(0)
			}
		}, "", ""},

		{"SPOT108", "125 % of three", func(s *Subject) {
			s.DesiredCount, s.RunningCount = 3, 3
			s.DeploymentConfiguration.MaximumPercent = aws.Int32(125)
		}, "SPOT108 error, SPOT202 warning", "maximumPercent=200,minimumHealthyPercent=100,deploymentCircuitBreaker={enable=true,rollback=true}"},
		{"SPOT108", "125 % of four", func(s *Subject) { s.DeploymentConfiguration.MaximumPercent = aws.Int32(125) }, "", ""},

		{"SPOT108", "CodeDeploy does not count in percent", func(s *Subject) {
			useCodeDeploy(s)
			s.DesiredCount, s.RunningCount = 3, 3
			s.DeploymentConfiguration.MaximumPercent = aws.Int32(125)
		}, "SPOT201 warning", ""},

		{"SPOT109", "slow to start", func(s *Subject) {
			s.HealthCheckGracePeriodSeconds = aws.Int32(0)
			app(s).HealthCheck = &ecs.HealthCheck{StartPeriod: aws.Int32(61)}
		}, "SPOT109 warning", "--health-check-grace-period-seconds 61"},
		{"SPOT109", "nobody says how slow", func(s *Subject) { s.HealthCheckGracePeriodSeconds = nil }, "SPOT109 info", ""},
		{"SPOT109", "started before it is killed", func(s *Subject) {
			s.HealthCheckGracePeriodSeconds = nil
			app(s).HealthCheck = &ecs.HealthCheck{StartPeriod: aws.Int32(60)}
		}, "", ""},

		{"SPOT110", "TCP", func(s *Subject) { s.TargetGroups[0].Protocol = elb.ProtocolEnumTcp }, "SPOT110 info", ""},
		{"SPOT110", "TLS", func(s *Subject) { s.TargetGroups[0].Protocol = elb.ProtocolEnumTls }, "SPOT110 info", ""},
		{"SPOT110", "UDP", func(s *Subject) { s.TargetGroups[0].Protocol = elb.ProtocolEnumUdp }, "SPOT110 info", ""},
		{"SPOT110", "TCP and UDP", func(s *Subject) { s.TargetGroups[0].Protocol = elb.ProtocolEnumTcpUdp }, "SPOT110 info", ""},
		{"SPOT110", "QUIC", func(s *Subject) { s.TargetGroups[0].Protocol = "QUIC" }, "SPOT110 info", ""},
		{"SPOT110", "TCP and QUIC", func(s *Subject) { s.TargetGroups[0].Protocol = "TCP_QUIC" }, "SPOT110 info", ""},
		{"SPOT110", "connections are cut", func(s *Subject) {
			s.TargetGroups[0].Attributes["deregistration_delay.connection_termination.enabled"] = "true"
		}, "SPOT110 info", ""},
		{"SPOT110", "Service Connect, switched off", func(s *Subject) {
			s.Deployments[0].ServiceConnectConfiguration = &ecs.ServiceConnectConfiguration{}
		}, "", ""},
		{"SPOT110", "gRPC", func(s *Subject) { s.TargetGroups[0].ProtocolVersion = aws.String("GRPC") }, "SPOT110 info", ""},
		{"SPOT110", "sticky", func(s *Subject) { s.TargetGroups[0].Attributes["stickiness.enabled"] = "true" }, "SPOT110 info", ""},
		{"SPOT110", "a long slow start", func(s *Subject) { s.TargetGroups[0].Attributes["slow_start.duration_seconds"] = "121" }, "SPOT110 warning", "Key=slow_start.duration_seconds,Value=90"},
		{"SPOT110", "a short slow start", func(s *Subject) { s.TargetGroups[0].Attributes["slow_start.duration_seconds"] = "120" }, "", ""},
		{"SPOT110", "Service Connect", func(s *Subject) {
			s.Deployments[0].ServiceConnectConfiguration = &ecs.ServiceConnectConfiguration{Enabled: true}
		}, "SPOT110 info", ""},
		{"SPOT110", "Cloud Map", func(s *Subject) { s.ServiceRegistries = []ecs.ServiceRegistry{{}} }, "SPOT110 info", ""},

		{"SPOT111", "a volume of the service", func(s *Subject) {
			s.Deployments[0].VolumeConfigurations = []ecs.ServiceVolumeConfiguration{{Name: aws.String("data")}}
		}, "SPOT111 warning", "Amazon EFS"},
		{"SPOT111", "much ephemeral storage", func(s *Subject) { s.TaskDefinition.EphemeralStorage = &ecs.EphemeralStorage{SizeInGiB: 21} }, "SPOT111 info", ""},
		{"SPOT111", "the usual ephemeral storage", func(s *Subject) { s.TaskDefinition.EphemeralStorage = &ecs.EphemeralStorage{SizeInGiB: 20} }, "", ""},

		{"SPOT112", "latest", func(s *Subject) { app(s).Image = aws.String("registry.example:5000/app:latest") }, "SPOT112 warning", "@sha256:"},
		{"SPOT112", "no tag; the colon is a port's", func(s *Subject) { app(s).Image = aws.String("registry.example:5000/app") }, "SPOT112 warning", ""},
		{"SPOT112", "a tag", func(s *Subject) { app(s).Image = aws.String("app:1.2.3") }, "SPOT112 info", ""},

		{"SPOT112", "a tag that cannot move", func(s *Subject) { app(s).Image = aws.String("app:1.2.3"); s.FixedImages = []string{"app:1.2.3"} }, "", ""},
		{"SPOT112", "a digest behind a tag", func(s *Subject) { app(s).Image = aws.String("app:latest@sha256:" + strings.Repeat("0", 64)) }, "", ""},

		{"SPOT112", "a digest, without version consistency", func(s *Subject) {
			app(s).VersionConsistency = ecs.VersionConsistencyDisabled
		}, "", ""},
		{"SPOT113", "active, in a service that says nothing of it", func(s *Subject) { s.TaskDefinition.Status = "" }, "", ""},
		{"SPOT113", "deregistered", func(s *Subject) { s.TaskDefinition.Status = ecs.TaskDefinitionStatusInactive }, "SPOT113 warning", "--task-definition api"},

		{"SPOT114", "failed", func(s *Subject) { s.Deployments[0].RolloutState = ecs.DeploymentRolloutStateFailed }, "SPOT114 error", ""},
		{"SPOT114", "in progress for long", func(s *Subject) {
			s.Deployments[0].RolloutState, s.Deployments[0].CreatedAt = ecs.DeploymentRolloutStateInProgress, aws.Time(noon.Add(-31*time.Minute))
		}, "SPOT114 warning", ""},
		{"SPOT114", "in progress", func(s *Subject) {
			s.Deployments[0].RolloutState, s.Deployments[0].CreatedAt = ecs.DeploymentRolloutStateInProgress, aws.Time(noon.Add(-29*time.Minute))
		}, "", ""},

		{"SPOT115", "a shortage this week", func(s *Subject) { addEvent(s, 6*24*time.Hour); useSpotOnly(s) }, "SPOT103 warning, SPOT115 warning", "capacityProvider=FARGATE,base=1"},
		{"SPOT115", "a shortage, in spite of a floor", func(s *Subject) { addEvent(s, 6*24*time.Hour) }, "SPOT115 warning", "give FARGATE a larger weight"},
		{"SPOT115", "a shortage last month", func(s *Subject) { addEvent(s, 8*24*time.Hour) }, "", ""},

		{"SPOT116", "no rollback", func(s *Subject) { s.DeploymentConfiguration.DeploymentCircuitBreaker.Rollback = false }, "SPOT116 warning", "deploymentCircuitBreaker={enable=true,rollback=true}"},
		{"SPOT116", "off", func(s *Subject) { s.DeploymentConfiguration.DeploymentCircuitBreaker = nil }, "SPOT116 info", "maximumPercent=200,minimumHealthyPercent=100"},
		{"SPOT116", "no rollback; the rest of it is named again", func(s *Subject) {
			b := s.DeploymentConfiguration.DeploymentCircuitBreaker
			b.Rollback, b.ResetOnHealthyTask = false, aws.Bool(false)
			b.ThresholdConfiguration = &ecs.ThresholdConfiguration{Type: ecs.ThresholdTypeBoundedPercent, Value: 20}
		}, "SPOT116 warning", "{enable=true,rollback=true,thresholdConfiguration={type=BOUNDED_PERCENT,value=20},resetOnHealthyTask=false}"},
		{"SPOT116", "breaks early", func(s *Subject) {
			s.DeploymentConfiguration.DeploymentCircuitBreaker.ThresholdConfiguration = &ecs.ThresholdConfiguration{Type: ecs.ThresholdTypeCount, Value: 3}
		}, "SPOT116 info", ""},
		{"SPOT116", "three per cent is no count", func(s *Subject) {
			s.DeploymentConfiguration.DeploymentCircuitBreaker.ThresholdConfiguration = &ecs.ThresholdConfiguration{Type: ecs.ThresholdTypeBoundedPercent, Value: 3}
		}, "", ""},
		{"SPOT116", "CodeDeploy has none", func(s *Subject) { useCodeDeploy(s); s.DeploymentConfiguration.DeploymentCircuitBreaker = nil }, "SPOT201 warning", ""},
		{"SPOT116", "alarms that roll back", func(s *Subject) {
			s.DeploymentConfiguration.Alarms = &ecs.DeploymentAlarms{Enable: true, Rollback: true, AlarmNames: []string{"errors"}}
		}, "SPOT116 info", ""},

		{"SPOT117", "Windows", func(s *Subject) {
			s.TaskDefinition.RuntimePlatform = &ecs.RuntimePlatform{OperatingSystemFamily: ecs.OSFamilyWindowsServer2022Core}
		}, "SPOT117 error", ""},
		{"SPOT117", "Windows, by the service's platform", func(s *Subject) { s.PlatformFamily = aws.String("WINDOWS_SERVER_2022_CORE") }, "SPOT117 error", ""},
		{"SPOT117", "X86_64 before 1.3.0", func(s *Subject) { s.PlatformVersion = aws.String("1.2.0") }, "SPOT117 error", "--platform-version LATEST"},
		{"SPOT117", "no version, which is LATEST", func(s *Subject) { s.PlatformVersion = nil }, "", ""},
		{"SPOT117", "ARM64 before 1.4.0", func(s *Subject) {
			s.TaskDefinition.RuntimePlatform, s.PlatformVersion = &ecs.RuntimePlatform{CpuArchitecture: ecs.CPUArchitectureArm64}, aws.String("1.3.0")
		}, "SPOT117 error", "--platform-version LATEST"},
		{"SPOT117", "ARM64 is fine", func(s *Subject) {
			s.TaskDefinition.RuntimePlatform, s.PlatformVersion = &ecs.RuntimePlatform{CpuArchitecture: ecs.CPUArchitectureArm64}, aws.String("1.4.0")
		}, "", ""},
		{"SPOT117", "X86_64 on 1.3.0", func(s *Subject) { s.PlatformVersion = aws.String("1.3.0") }, "", ""},
		{"SPOT117", "a version that nobody knows", func(s *Subject) { s.PlatformVersion = aws.String("NEXT") }, "", ""},

		{"SPOT118", "may scale in to one", func(s *Subject) { s.Scaling.MinCapacity = aws.Int32(1); s.CapacityProviderStrategy[0].Base = 0 }, "SPOT118 warning", "--resource-id service/shop/api"},
		{"SPOT118", "may scale in to the one on demand", func(s *Subject) { s.Scaling.MinCapacity = aws.Int32(1) }, "", ""},
		{"SPOT118", "does not scale", func(s *Subject) { s.Scaling = nil }, "", ""},

		{"SPOT201", "CodeDeploy", func(s *Subject) {
			s.DeploymentController = &ecs.DeploymentController{Type: ecs.DeploymentControllerTypeCodeDeploy}
		}, "SPOT201 warning", ""},
		{"SPOT201", "blue/green", func(s *Subject) { s.DeploymentConfiguration.Strategy = ecs.DeploymentStrategyBlueGreen }, "SPOT201 warning", ""},
		{"SPOT201", "linear", func(s *Subject) { s.DeploymentConfiguration.Strategy = ecs.DeploymentStrategyLinear }, "SPOT201 warning", ""},
		{"SPOT201", "canary", func(s *Subject) { s.DeploymentConfiguration.Strategy = ecs.DeploymentStrategyCanary }, "SPOT201 warning", ""},
		{"SPOT201", "an external controller", func(s *Subject) {
			s.DeploymentController = &ecs.DeploymentController{Type: ecs.DeploymentControllerTypeExternal}
		}, "SPOT201 warning", ""},
		{"SPOT201", "rolling, by name", func(s *Subject) {
			s.DeploymentController = &ecs.DeploymentController{Type: ecs.DeploymentControllerTypeEcs}
			s.DeploymentConfiguration.Strategy = ecs.DeploymentStrategyRolling
		}, "", ""},

		{"SPOT202", "half may go", func(s *Subject) { s.DeploymentConfiguration.MinimumHealthyPercent = aws.Int32(50) }, "SPOT202 warning", "minimumHealthyPercent=100"},
		{"SPOT202", "half may go, and is tagged", func(s *Subject) {
			s.DeploymentConfiguration.MinimumHealthyPercent = aws.Int32(50)
			s.Tags = []ecs.Tag{{Key: aws.String("spothandler"), Value: aws.String("redeploy")}}
		}, "", ""},

		{"SPOT203", "switched off", func(s *Subject) { s.Tags = []ecs.Tag{{Key: aws.String("SpotHandler"), Value: aws.String("disabled")}} }, "SPOT203 info", "--tag-keys SpotHandler"},
		{"SPOT203", "an unknown word", func(s *Subject) { s.Tags = []ecs.Tag{{Key: aws.String("spothandler"), Value: aws.String("maybe")}} }, "SPOT203 warning", "--tag-keys spothandler"},
		{"SPOT203", "observed", func(s *Subject) { s.Tags = []ecs.Tag{{Key: aws.String("spothandler"), Value: aws.String("observe")}} }, "SPOT203 info", ""},
		{"SPOT203", "in no installation", func(s *Subject) { s.Covered = false }, "SPOT203 warning", ""},

		{"SPOT203", "as installed", func(s *Subject) { s.Tags = []ecs.Tag{{Key: aws.String("spothandler"), Value: aws.String("on")}} }, "", ""},
		{"SPOT203", "in no installation, but one could cover it", func(s *Subject) { s.Covered, s.Cover = false, "spothandler install --cluster shop" }, "SPOT203 warning", "spothandler install --cluster shop"},

		{"SPOT402", "its installation's role is denied it", func(s *Subject) {
			s.Denied = &InstallationSubject{Prefix: "prod", Name: "prod", Role: "prod-role"}
		}, "SPOT402 error", "spothandler install --prefix prod"},
		{"SPOT402", "denied by a policy of others", func(s *Subject) {
			s.Denied = &InstallationSubject{Role: "prod-role", DenialElsewhere: "find the policy that denies it"}
		}, "SPOT402 error", "find the policy that denies it"},

		{"SPOT204", "a long ARN of a service that is named like its cluster", func(s *Subject) {
			s.ServiceArn = aws.String("arn:aws:ecs:eu-west-1:111122223333:service/service/service")
		}, "", ""},
		{"SPOT204", "an old ARN", func(s *Subject) { s.ServiceArn = aws.String("arn:aws:ecs:eu-west-1:111122223333:service/api") }, "SPOT204 info", "put-account-setting"},
	}
}
