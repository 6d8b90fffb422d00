package doctor

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/services"
)

// The checks of the task definition.

func taskChecks() []check {
	needs := []services.Part{services.PartTaskDefinition}
	return []check{
		{
			code: "SPOT101", title: "stopTimeout is shorter than the two-minute warning", parts: needs, run: stopTimeout,
			why: "At an interruption ECS sends SIGTERM, which is the two-minute warning, and SIGKILL after the container's stopTimeout. " +
				"The default is 30 seconds, the maximum on Fargate 120: a container with a short timeout loses most of the two minutes. " +
				"An explicit value of 30 or more is considered deliberate. Nonessential containers, log routers and containers " +
				"whose completion others depend on are not checked. A program that exits within seconds of SIGTERM loses nothing.",
			sources: []string{"https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html"},
			fixes:   []string{"register a revision of the task definition with \"stopTimeout\": 120"},
		},
		{
			code: "SPOT105", title: "SIGTERM may not reach the program", parts: needs, run: signals,
			why: "A shell that runs the program (sh -c ...) receives SIGTERM as process 1 and does not forward it, unless the script " +
				"uses exec or traps the signal as TERM. Only bash runs a trap of EXIT at SIGTERM, dash rejects the name SIGTERM, and every " +
				"shell runs a trap of TERM only after the command in the foreground: start the program with & and wait for it. bash, and " +
				"newer versions of dash, replace themselves with a script that is a single command. npm and yarn may not forward the " +
				"signal either. linuxParameters.initProcessEnabled helps a program without a signal handler of its own, but not a shell: the " +
				"init process signals only its direct child. If the task definition sets neither an entry point nor a command, the image " +
				"determines which program runs, and which signal it gets (STOPSIGNAL).",
			sources: []string{"https://docs.docker.com/reference/dockerfile/#entrypoint"},
			fixes:   []string{"begin the script's last command with exec, or trap TERM and start it with &", "make the program itself the entry point, without a shell"},
		},
		{
			code: "SPOT111", title: "data is lost with the task", parts: needs, run: data,
			why:     "An EBS volume that ECS attaches to a service's task is always deleted with the task, and so is ephemeral storage.",
			sources: []string{"https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ebs-volumes.html"},
			fixes:   []string{"keep data that must last in Amazon EFS or Amazon S3"},
		},
		{
			code: "SPOT112", title: "a redeployment may deploy another image", parts: append(needs, services.PartImages), run: images,
			why: "For each deployment ECS resolves an image tag to a digest once, and keeps that digest for the tasks that it replaces by " +
				"itself. A forced deployment resolves the tag again, so an interruption can roll out whatever was pushed since. Before platform " +
				"version 1.3.0, and with versionConsistency disabled, every new task resolves the tag. A digest is not affected, nor is an immutable tag " +
				"of an Amazon ECR repository in the same account and Region.",
			sources: []string{"https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html"},
			fixes: []string{
				"register a revision of the task definition with the image's digest (@sha256:...)",
				"aws ecr put-image-tag-mutability --repository-name REPOSITORY --image-tag-mutability IMMUTABLE",
			},
		},
		{
			code: "SPOT113", title: "the task definition is not active", parts: needs, run: inactive,
			why: "A service can still scale with a task definition that was deregistered, but a deployment that names it is refused " +
				"(\"TaskDefinition is inactive\"). AWS does not document whether a forced deployment, which does not name it, is refused " +
				"as well: then nothing would be redeployed at an interruption.",
			sources: []string{"https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinition.html"},
			fixes:   []string{"aws ecs update-service --cluster CLUSTER --service SERVICE --task-definition FAMILY"},
		},
		{
			code: "SPOT117", title: "Fargate Spot does not support the platform", parts: needs, run: platform,
			why: "Fargate Spot supports Linux only: X86_64 from platform version 1.3.0, ARM64 from 1.4.0. LATEST is supported. (Older AWS pages say that ARM64 is not supported.)",
			sources: []string{
				"https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html",
				"https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RuntimePlatform.html",
			},
			fixes: []string{"aws ecs update-service --cluster CLUSTER --service SERVICE --platform-version LATEST"},
		},
	}
}

// serving returns the containers that an interruption affects: essential ones, except log routers and those that
// others wait for to complete.
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
	var timeouts []int
	killed := map[int][]string{} // containers by their timeout
	for _, c := range serving(s.TaskDefinition) {
		seconds := defaultStopTimeout
		if c.StopTimeout != nil {
			seconds = int(*c.StopTimeout)
		}
		if c.StopTimeout != nil && seconds >= defaultStopTimeout {
			continue
		}
		name := aws.ToString(c.Name)
		names = append(names, name)
		if len(killed[seconds]) == 0 {
			timeouts = append(timeouts, seconds)
		}
		killed[seconds] = append(killed[seconds], name)
	}
	if len(names) == 0 {
		return nil
	}
	first := killed[timeouts[0]]
	message := fmt.Sprintf("%s %s killed %ds into the two-minute warning", list(first), are(first), timeouts[0])
	for _, seconds := range timeouts[1:] {
		message += fmt.Sprintf(", %s %ds", list(killed[seconds]), seconds)
	}
	return []verdict{{Warning, message, s.revise(setInContainers(names, "stopTimeout", longestStopTimeout))}}
}

func signals(s *Subject) []verdict {
	var verdicts []verdict
	for _, c := range serving(s.TaskDefinition) {
		name, command := aws.ToString(c.Name), slices.Concat(c.EntryPoint, c.Command) // the entry point followed by the command
		switch {
		case len(command) == 0:
			verdicts = append(verdicts, verdict{Info, name + ": the image determines which program receives SIGTERM", ""})
		case isShell(command):
			verdicts = append(verdicts, verdict{
				Warning, fmt.Sprintf("%s: %s -c receives SIGTERM and may not forward it", name, path.Base(command[0])),
				forwardSignal(command),
			})
		case slices.Contains([]string{"npm", "yarn"}, path.Base(command[0])):
			verdicts = append(verdicts, verdict{
				Info, fmt.Sprintf("%s: %s receives SIGTERM and may not forward it", name, path.Base(command[0])), "run node directly",
			})
		}
	}
	return verdicts
}

// forwardSignal returns what to do about a shell that does not forward SIGTERM.
func forwardSignal(command []string) string {
	fix := "begin the script's last command with exec, or make the program itself the entry point"
	if script, _ := scriptOf(command[1:]); regexp.MustCompile(`\btrap\b`).MatchString(script) {
		fix += ", or trap it as TERM"
	}
	return fix
}

const defaultEphemeralStorage = 20 // GiB (ECS API, EphemeralStorage)

func data(s *Subject) []verdict {
	var verdicts []verdict
	for _, d := range s.Deployments {
		for _, v := range d.VolumeConfigurations {
			if aws.ToString(d.Status) == "PRIMARY" {
				verdicts = append(verdicts, verdict{
					Warning, "volume " + aws.ToString(v.Name) + " is deleted with its task", "keep data that must last in Amazon EFS or Amazon S3",
				})
			}
		}
	}
	if e := s.TaskDefinition.EphemeralStorage; e != nil && e.SizeInGiB > defaultEphemeralStorage {
		verdicts = append(verdicts, verdict{Info, fmt.Sprintf("%d GiB of ephemeral storage are lost with the task", e.SizeInGiB), ""})
	}
	return verdicts
}

// images: a digest is not a finding, nor is an immutable tag.
func images(s *Subject) []verdict {
	var moving, tagged []string
	for _, c := range s.TaskDefinition.ContainerDefinitions {
		image := aws.ToString(c.Image)
		if strings.Contains(image, "@sha256:") || slices.Contains(s.FixedImages, image) {
			continue
		}
		if tag := services.TagOf(image); tag == "" || tag == "latest" {
			moving = append(moving, aws.ToString(c.Name))
		} else {
			tagged = append(tagged, aws.ToString(c.Name))
		}
	}
	const fix = "register a revision of the task definition with the image's digest (@sha256:...)"
	var verdicts []verdict
	if len(moving) > 0 {
		verdicts = append(verdicts, verdict{Warning, list(moving) + ": a redeployment deploys whatever the tag names by then", fix})
	}
	if len(tagged) > 0 {
		verdicts = append(verdicts, verdict{Info, list(tagged) + ": a redeployment resolves the image's tag again", fix})
	}
	return verdicts
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
		return []verdict{{Error, "Fargate Spot does not support Windows containers", s.redeploy("--capacity-provider-strategy capacityProvider=FARGATE,weight=1 --force-new-deployment")}}
	}
	least, architecture := "1.3.0", "X86_64"
	if arm {
		least, architecture = "1.4.0", "ARM64"
	}
	version := aws.ToString(s.PlatformVersion)
	if version == "" || version == "LATEST" || !older(version, least) {
		return nil
	}
	return []verdict{{
		Error, fmt.Sprintf("platform version %s is older than %s, the first that supports Fargate Spot on %s", version, least, architecture),
		s.redeploy("--platform-version LATEST"),
	}}
}

// older reports whether a platform version of three numbers is older than another. Anything else is not older.
func older(version, than string) bool {
	var a, b [3]int
	if n, _ := fmt.Sscanf(version, "%d.%d.%d", &a[0], &a[1], &a[2]); n != 3 {
		return false
	}
	_, _ = fmt.Sscanf(than, "%d.%d.%d", &b[0], &b[1], &b[2])
	return slices.Compare(a[:], b[:]) < 0
}
