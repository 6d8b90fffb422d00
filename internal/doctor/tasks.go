package doctor

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/services"
)

// What stands in the task definition.

func taskChecks() []check {
	needs := []services.Part{services.PartTaskDefinition}
	return []check{
		{
			code: "SPOT101", title: "stopTimeout is shorter than the notice", parts: needs, judge: stopTimeout,
			why: "At an interruption ECS sends SIGTERM and, after the container's stopTimeout, SIGKILL. The default is 30 s, " +
				"the most on Fargate 120 s: a container that does not ask for more gives away most of the two minutes' notice. " +
				"A value from 30 up that was set is taken for deliberate. Containers that are not essential, log routers, and " +
				"containers that others wait for to end are left out. A program that ends by itself in seconds loses nothing.",
			sources: []string{"https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html"},
			cures:   []string{"a revision of the task definition with \"stopTimeout\": 120"},
		},
		{
			code: "SPOT105", title: "SIGTERM may not reach the program", parts: needs, judge: signals,
			why: "A shell that runs the program (sh -c ...) gets SIGTERM as process 1 and does not pass it on, unless the script " +
				"uses exec or traps the signal, or is a single command, by which bash replaces itself (and dash, in newer versions); npm and yarn may not either. linuxParameters.initProcessEnabled helps a program " +
				"without a handler of its own, and not a shell: init signals its only child. Where the task definition has neither " +
				"an entry point nor a command, the image decides, and its STOPSIGNAL as well.",
			sources: []string{"https://docs.docker.com/reference/dockerfile/#entrypoint"},
			cures:   []string{"begin the script's last command with exec", "name the program as the entry point, without a shell"},
		},
		{
			code: "SPOT111", title: "data goes with the task", parts: needs, judge: data,
			why: "An EBS volume that ECS makes for a service's task is always deleted with the task, and ephemeral storage is as " +
				"well. At an interruption nobody copies it away.",
			sources: []string{"https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ebs-volumes.html"},
			cures:   []string{"keep what has to last in Amazon EFS or Amazon S3"},
		},
		{
			code: "SPOT112", title: "a redeployment may bring another image", parts: needs, judge: images,
			why: "ECS resolves a tag to a digest once for a deployment and keeps it for the tasks that it replaces by itself. A " +
				"forced deployment resolves the tag anew: what somebody pushed meanwhile is rolled out by an interruption. Before platform " +
				"version 1.3.0, and with versionConsistency disabled, every new task resolves it. A tag in " +
				"a repository of immutable tags is fine, which the task definition does not show.",
			sources: []string{"https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html"},
			cures:   []string{"a revision of the task definition with the image's digest (@sha256:...)", "immutable tags in the ECR repository"},
		},
		{
			code: "SPOT113", title: "the task definition is not active", parts: needs, judge: inactive,
			why: "A service whose task definition was deregistered keeps scaling with it, but a new deployment of it may be refused, " +
				"so that nothing is redeployed at an interruption: naming it is (\"TaskDefinition is inactive\"); whether a forced deployment alone is, AWS does not say.",
			sources: []string{"https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinition.html"},
			cures:   []string{"aws ecs update-service --cluster CLUSTER --service SERVICE --task-definition FAMILY"},
		},
		{
			code: "SPOT117", title: "Fargate Spot does not run this platform", parts: needs, judge: platform,
			why: "Fargate Spot runs Linux: X86_64 from platform version 1.3.0, ARM64 from 1.4.0 (older pages deny it). LATEST is fine.",
			sources: []string{
				"https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html",
				"https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RuntimePlatform.html",
			},
			cures: []string{"aws ecs update-service --cluster CLUSTER --service SERVICE --platform-version LATEST"},
		},
	}
}

// serving are the containers that the interruption of a task cuts off: essential, no log router, and not
// one that others wait for to end.
func serving(definition *types.TaskDefinition) []types.ContainerDefinition {
	var awaited []string
	for _, c := range definition.ContainerDefinitions {
		for _, dependency := range c.DependsOn {
			if dependency.Condition == types.ContainerConditionComplete || dependency.Condition == types.ContainerConditionSuccess {
				awaited = append(awaited, aws.ToString(dependency.ContainerName))
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(definition.ContainerDefinitions), func(c types.ContainerDefinition) bool {
		optional := c.Essential != nil && !*c.Essential // essential is the default
		return optional || c.FirelensConfiguration != nil || slices.Contains(awaited, aws.ToString(c.Name))
	})
}

const (
	defaultStopTimeout = 30  // seconds (ECS API, ContainerDefinition)
	longestStopTimeout = 120 // seconds, on Fargate
)

func stopTimeout(s *Subject) []verdict {
	var names []string
	shortest := defaultStopTimeout
	for _, c := range serving(s.TaskDefinition) {
		if c.StopTimeout == nil || *c.StopTimeout < defaultStopTimeout {
			names = append(names, aws.ToString(c.Name))
			if c.StopTimeout != nil {
				shortest = min(shortest, int(*c.StopTimeout))
			}
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []verdict{{
		Warning, fmt.Sprintf("%s is killed %ds into the notice of 120s", list(names), shortest),
		s.revise(setInContainers(names, "stopTimeout", longestStopTimeout)),
	}}
}

func signals(s *Subject) []verdict {
	var verdicts []verdict
	for _, c := range serving(s.TaskDefinition) {
		name, command := aws.ToString(c.Name), c.EntryPoint
		if len(command) == 0 {
			command = c.Command
		}
		switch {
		case len(command) == 0:
			verdicts = append(verdicts, verdict{Info, name + ": the image decides which program gets SIGTERM", ""})
		case isShell(command):
			verdicts = append(verdicts, verdict{
				Warning, fmt.Sprintf("%s: %s -c gets SIGTERM and may not pass it on", name, path.Base(command[0])),
				"begin the script's last command with exec, or name the program as the entry point",
			})
		case slices.Contains([]string{"npm", "yarn"}, path.Base(command[0])):
			verdicts = append(verdicts, verdict{
				Info, fmt.Sprintf("%s: %s gets SIGTERM and may not pass it on", name, path.Base(command[0])), "run node itself",
			})
		}
	}
	return verdicts
}

// isShell reports whether a command is a shell with a script that neither uses exec nor traps the signal.
// Of a single command bash replaces itself, and which shell sh is nobody can tell from here.
func isShell(command []string) bool {
	if !slices.Contains([]string{"sh", "bash", "ash", "dash"}, path.Base(command[0])) {
		return false
	}
	for i, word := range command[1:] {
		if !strings.HasPrefix(word, "-") {
			return false // a file
		}
		if !strings.HasPrefix(word, "--") && strings.HasSuffix(word, "c") {
			script := strings.Join(command[i+2:], " ")
			return !handsOver(script) && (path.Base(command[0]) != "bash" || strings.ContainsAny(script, ";&|\n`(){}"))
		}
	}
	return false
}

// handsOver reports whether a script replaces itself by the program, or handles the signal.
func handsOver(script string) bool {
	return strings.HasPrefix(strings.TrimSpace(script), "exec ") || strings.Contains(script, " exec ") || strings.Contains(script, "trap ")
}

const defaultEphemeralStorage = 20 // GiB (ECS API, EphemeralStorage)

func data(s *Subject) []verdict {
	var verdicts []verdict
	for _, d := range s.Deployments {
		for _, v := range d.VolumeConfigurations {
			if aws.ToString(d.Status) == "PRIMARY" {
				verdicts = append(verdicts, verdict{
					Warning, "volume " + aws.ToString(v.Name) + " is deleted with its task", "keep what has to last in Amazon EFS or Amazon S3",
				})
			}
		}
	}
	if e := s.TaskDefinition.EphemeralStorage; e != nil && e.SizeInGiB > defaultEphemeralStorage {
		verdicts = append(verdicts, verdict{Info, fmt.Sprintf("%d GiB of ephemeral storage are lost with its task", e.SizeInGiB), ""})
	}
	return verdicts
}

// images: a digest is fine, and so is any tag where somebody says that the repository's are immutable.
func images(s *Subject) []verdict {
	var moving, tagged []string
	for _, c := range s.TaskDefinition.ContainerDefinitions {
		image := aws.ToString(c.Image)
		if strings.Contains(image, "@sha256:") {
			continue
		}
		if tag := tagOf(image); tag == "" || tag == "latest" {
			moving = append(moving, aws.ToString(c.Name))
		} else {
			tagged = append(tagged, aws.ToString(c.Name))
		}
	}
	const cure = "a revision of the task definition with the image's digest (@sha256:...)"
	var verdicts []verdict
	if len(moving) > 0 {
		verdicts = append(verdicts, verdict{Warning, list(moving) + ": a redeployment brings whatever latest is by then", cure})
	}
	if len(tagged) > 0 {
		verdicts = append(verdicts, verdict{Info, list(tagged) + ": a redeployment resolves the image's tag anew", cure})
	}
	return verdicts
}

// tagOf returns an image's tag; the colon of a registry's port is none.
func tagOf(image string) string {
	name := image[strings.LastIndexByte(image, '/')+1:]
	_, tag, _ := strings.Cut(name, ":")
	return tag
}

func inactive(s *Subject) []verdict {
	if s.TaskDefinition.Status == types.TaskDefinitionStatusActive || s.TaskDefinition.Status == "" {
		return nil
	}
	family := aws.ToString(s.TaskDefinition.Family)
	return []verdict{{
		Warning, fmt.Sprintf("task definition %s:%d is %s: a redeployment may be refused", family, s.TaskDefinition.Revision, s.TaskDefinition.Status),
		s.redeploy("--task-definition " + apperr.Quote(family)),
	}}
}

func platform(s *Subject) []verdict {
	family := aws.ToString(s.PlatformFamily)
	arm := false
	if p := s.TaskDefinition.RuntimePlatform; p != nil {
		arm = p.CpuArchitecture == types.CPUArchitectureArm64
		if p.OperatingSystemFamily != "" {
			family = string(p.OperatingSystemFamily)
		}
	}
	if strings.HasPrefix(strings.ToUpper(family), "WINDOWS") {
		return []verdict{{Error, "Fargate Spot does not run Windows containers", s.redeploy("--capacity-provider-strategy capacityProvider=FARGATE,weight=1 --force-new-deployment")}}
	}
	least := "1.3.0"
	if arm {
		least = "1.4.0"
	}
	version := aws.ToString(s.PlatformVersion)
	if version == "" || version == "LATEST" || !older(version, least) {
		return nil
	}
	return []verdict{{
		Error, fmt.Sprintf("platform version %s is older than %s, the first with Fargate Spot for its processor", version, least),
		s.redeploy("--platform-version LATEST"),
	}}
}

// older compares platform versions of three numbers; what is no version is not older.
func older(version, than string) bool {
	var a, b [3]int
	if n, _ := fmt.Sscanf(version, "%d.%d.%d", &a[0], &a[1], &a[2]); n != 3 {
		return false
	}
	_, _ = fmt.Sscanf(than, "%d.%d.%d", &b[0], &b[1], &b[2])
	return slices.Compare(a[:], b[:]) < 0
}
