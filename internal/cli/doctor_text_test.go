package cli

import (
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"github.com/spothandler/spothandler/internal/cli/local"
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/doctor"
	"github.com/spothandler/spothandler/internal/localaws"
)

// doctorWorld is a local AWS with two ready services, one of which has a tag with the unknown value offf.
func doctorWorld(t *testing.T) aws.Config {
	t.Helper()
	services := []localaws.Service{}
	for _, s := range local.Services() {
		if s.Name == "web" {
			services = append(services, s)
			s.Name, s.Tags = "tagged", map[string]string{"spothandler": "offf"}
			services = append(services, s)
		}
	}
	return useLocal(t, services...)
}

// reads runs doctor, and checks which texts its output contains and does not contain.
func reads(t *testing.T, args string, wanted, unwanted []string) {
	t.Helper()
	_, shown := spothandler(t.Context(), "", append([]string{"doctor"}, words(args)...)...)
	for _, want := range wanted {
		if !strings.Contains(shown.out, want) {
			t.Errorf("%s: %q is not in\n%s%s", args, want, shown.out, shown.err)
		}
	}
	for _, not := range unwanted {
		if strings.Contains(shown.out, not) {
			t.Errorf("%s: %q is in\n%s", args, not, shown.out)
		}
	}
}

// Without a service on Spot, there is no table.
func TestDoctorWithoutServices(t *testing.T) {
	useLocal(t)
	reads(t, "", []string{"✓ no service runs on Fargate Spot", "· not installed yet\n", "› spothandler install --prefix NAME   # to redeploy"}, []string{"the table"})
}

// A service is redeployed only if a working installation covers it: verdict, table and hints agree.
func TestDoctorSaysWhoRedeploys(t *testing.T) {
	config := doctorWorld(t)
	reads(t, "--service tagged", []string{"left to ECS: its tag has an unknown value", `the unknown value "offf"`}, []string{"spothandler=off"})
	must(t, "install --prefix prod")
	if _, err := eventbridge.NewFromConfig(config).DisableRule(t.Context(), &eventbridge.DisableRuleInput{Name: aws.String(rehearsedRule)}); err != nil {
		t.Fatal(err)
	}
	reads(t, "--service web",
		[]string{"✗ shop/web is ready, but prod is broken: it redeploys nothing", "· shop/web", "left to ECS: prod is broken", "SPOT401", "✗ differs"},
		[]string{"SPOT403", "spothandler simulate"})
	reads(t, "--service web --ignore SPOT401", []string{"left to ECS: prod is broken"}, []string{"✓ shop/web  "})
	must(t, "install --prefix prod --redeploy observe")
	reads(t, "", []string{"· 1 more is ready, but not redeployed"}, []string{"spothandler simulate"})
}

// A command in an explanation can be pasted as it is wrapped, without its description.
func TestExplanationsCanBePasted(t *testing.T) {
	for _, each := range doctor.Explanations() {
		for _, fix := range each.Fixes {
			command, _, _ := strings.Cut(fix, "   ")
			if show.IsCommand(fix) && strings.ContainsAny(regexp.MustCompile(`'[^']*'`).ReplaceAllString(command, ""), "();") {
				t.Errorf("%s: prose in a command: %s", each.Code, command)
			}
			if !show.IsCommand(fix) && fix != command {
				t.Errorf("%s: a remark without a command: %s", each.Code, fix)
			}
		}
	}
	_, shown := spothandler(t.Context(), "", "doctor", "--explain", "SPOT108", "-o", "markdown")
	if want := "minimumHealthyPercent=100` (does not deploy;"; !strings.Contains(shown.out, want) {
		t.Errorf("%q is not in\n%s", want, shown.out)
	}
}

// Two findings with the same command show it once; a fix in words is separate from the finding; there are no double blank
// lines.
func TestDoctorShowsACommandOnce(t *testing.T) {
	useLocal(t, local.Services()...)
	reads(t, "", []string{"› the command for SPOT108 also fixes this", "errors, "}, nil)
	reads(t, "-o markdown", []string{"\n\n  To fix it: let the program that starts them retry"}, []string{"\n\n\n"})
}
