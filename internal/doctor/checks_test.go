package doctor

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	ecs "github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/spothandler/spothandler/internal/services"
)

func app(s *Subject) *ecs.ContainerDefinition { return &s.TaskDefinition.ContainerDefinitions[0] }

func addContainer(s *Subject, c ecs.ContainerDefinition) {
	c.Image = app(s).Image
	s.TaskDefinition.ContainerDefinitions = append(s.TaskDefinition.ContainerDefinitions, c)
}

func useCodeDeploy(s *Subject) {
	s.DeploymentController = &ecs.DeploymentController{Type: ecs.DeploymentControllerTypeCodeDeploy}
}

func useSpotOnly(s *Subject) { s.CapacityProviderStrategy = s.CapacityProviderStrategy[1:] }

// Every check, with a finding and with its nearest false positive.
func TestServiceChecks(t *testing.T) {
	for _, test := range serviceCases() {
		t.Run(strings.TrimSpace(test.code+" "+test.name), func(t *testing.T) {
			d := diagnosed(t, test.change)
			if got := d.summary(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if test.fix != "" && (len(d.Findings) == 0 || !strings.Contains(d.Findings[0].Fix, test.fix)) {
				t.Errorf("fix: %+v", d.Findings)
			}
		})
	}
}

func addEvent(s *Subject, age time.Duration) {
	s.Events = append(s.Events, ecs.ServiceEvent{
		CreatedAt: aws.Time(noon.Add(-age)),
		Message:   aws.String("(service api) was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone."),
	})
}

// A service of an external controller may have no task definition at all.
func TestNoTaskDefinition(t *testing.T) {
	d := diagnosed(t, func(s *Subject) { s.TaskDefinition = nil })
	if d.Ready() || !strings.Contains(d.summary(), "SPOT101 not checked") {
		t.Errorf("%q", d.summary())
	}
}

// If a part was not read, the checks that need it are not made, and the service is not ready.
func TestNotChecked(t *testing.T) {
	d := diagnosed(t, func(s *Subject) {
		s.TaskDefinition, s.Subnets = nil, nil
		s.Unread = []services.Unread{
			{Part: services.PartTaskDefinition, Denied: true, Why: "no permission for ecs:DescribeTaskDefinition"},
			{Part: services.PartSubnets, Denied: true, Why: "no permission for ec2:DescribeSubnets"},
		}
	})
	want := "SPOT101 not checked, SPOT105 not checked, SPOT106 not checked, SPOT107 not checked, SPOT109 not checked, " +
		"SPOT111 not checked, SPOT112 not checked, SPOT113 not checked, SPOT117 not checked"
	if got := d.summary(); got != want {
		t.Errorf("got %q", got)
	}
	if d.Ready() || d.Worst() != "" {
		t.Error("what was not checked is not ready, and no finding either")
	}
}

// Each part of a service is needed by exactly these checks.
func TestPartsOfChecks(t *testing.T) {
	for part, want := range map[services.Part]string{
		services.PartTargetGroups:   "SPOT104 SPOT109 SPOT110",
		services.PartSubnets:        "SPOT106 SPOT107",
		services.PartTaskDefinition: "SPOT101 SPOT105 SPOT109 SPOT111 SPOT112 SPOT113 SPOT117",
		services.PartScaling:        "SPOT118",
		services.PartImages:         "SPOT112",
	} {
		d := diagnosed(t, func(s *Subject) { s.Unread = []services.Unread{{Part: part, Why: "it was not read"}} })
		var codes []string
		for _, n := range d.NotChecked {
			codes = append(codes, n.Code)
		}
		if got := strings.Join(codes, " "); got != want || d.Ready() {
			t.Errorf("without %s: %s not checked, want %s; ready %t", part, got, want, d.Ready())
		}
	}
}

// An accepted finding is shown as ignored, and no longer counts.
func TestIgnored(t *testing.T) {
	s := ready()
	useSpotOnly(s)
	s.TargetGroups[0].Attributes["deregistration_delay.timeout_seconds"] = "300"
	s.Tags = []ecs.Tag{{Key: aws.String("spothandler-ignore"), Value: aws.String("SPOT103+SPOT110")}}
	d := CheckService(s, []string{"SPOT104"})
	if len(d.Findings) != 2 || d.Findings[0].Ignored != "tag spothandler-ignore" || d.Findings[1].Ignored != "--ignore" || !d.Ready() {
		t.Errorf("%+v", d.Findings)
	}
	s.Tags = nil
	if d := CheckService(s, []string{"SPOT104"}); d.Ready() {
		t.Error("SPOT103 was not accepted")
	}
}

// The findings about one deployment configuration have one fix, so that they do not undo each other.
func TestRolloutFindingsHaveOneFix(t *testing.T) {
	d := diagnosed(t, func(s *Subject) {
		s.DesiredCount, s.RunningCount = 3, 3
		s.DeploymentConfiguration.MaximumPercent = aws.Int32(125)
		s.DeploymentConfiguration.DeploymentCircuitBreaker.Rollback = false
	})
	want := "aws ecs update-service --cluster shop --service api --deployment-configuration " +
		"'maximumPercent=200,minimumHealthyPercent=100,deploymentCircuitBreaker={enable=true,rollback=true}'"
	for _, f := range d.Findings {
		if (f.Code == "SPOT108" || f.Code == "SPOT116") && f.Fix != want {
			t.Errorf("%s: %s", f.Code, f.Fix)
		}
	}
	if d.summary() != "SPOT108 error, SPOT116 warning, SPOT202 warning" {
		t.Errorf("%s", d.summary())
	}
}

// A new revision keeps everything of its task definition, including tags, apart from what RegisterTaskDefinition
// rejects.
func TestRevisionKeepsTags(t *testing.T) {
	if _, err := exec.LookPath("jq"); err != nil {
		t.Skip(err)
	}
	d := diagnosed(t, func(s *Subject) { app(s).StopTimeout = aws.Int32(10) })
	const definition = `"taskDefinition":{"family":"api","revision":7,"status":"ACTIVE","containerDefinitions":[{"name":"app","stopTimeout":10}]}`
	const revised = `{"family":"api","containerDefinitions":[{"name":"app","stopTimeout":120}]`
	for response, want := range map[string]string{
		`{` + definition + `,"tags":[{"key":"team","value":"a"},{"key":"aws:cloudformation:stack-name","value":"b"}]}`: revised + `,"tags":[{"key":"team","value":"a"}]}`,
		`{` + definition + `,"tags":[]}`: revised + `}`,
		`{` + definition + `}`:           revised + `}`,
	} {
		cmd := exec.CommandContext(t.Context(), "sh", "-ec", `aws() { if [ "$2" = describe-task-definition ]; then printf %s "$ANSWER"; fi; }; `+d.Findings[0].Fix+"; jq -c . api.json")
		cmd.Dir, cmd.Env = t.TempDir(), append(os.Environ(), "ANSWER="+response)
		if got, err := cmd.CombinedOutput(); err != nil || strings.TrimSpace(string(got)) != want {
			t.Errorf("%v: got %s, want %s", err, got, want)
		}
	}
}

// The message gives each container its own time.
func TestStopTimeoutOfEach(t *testing.T) {
	for _, test := range []struct {
		web  *int32
		want string
	}{
		{nil, "app and web are killed 30s into the two-minute warning"},
		{aws.Int32(5), "app is killed 30s into the two-minute warning, web 5s"},
		{aws.Int32(30), "app is killed 30s into the two-minute warning"},
	} {
		d := diagnosed(t, func(s *Subject) {
			app(s).StopTimeout = nil
			addContainer(s, ecs.ContainerDefinition{Name: aws.String("web"), EntryPoint: []string{"/web"}, StopTimeout: test.web})
		})
		if d.Findings[0].Message != test.want {
			t.Errorf("got %q, want %q", d.Findings[0].Message, test.want)
		}
	}
}
