package cli

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/status"
	"github.com/spothandler/spothandler/internal/localaws"
)

// installedTwice returns a local AWS with the installations prod and test.
func installedTwice(t *testing.T) *localaws.Server {
	t.Helper()
	server := localaws.New(localaws.Options{Region: "eu-west-1", Delays: &localaws.Delays{}})
	useServer(t, server)
	must(t, "install --prefix prod --cluster shop --region eu-west-1")
	must(t, "install --prefix test --cluster batch --region eu-west-1")
	return server
}

// An unreadable record does not hide other installations, and its installation can be uninstalled.
func TestUnreadableRecord(t *testing.T) {
	server := installedTwice(t)
	api := iam.NewFromConfig(server.Config())
	role, err := api.GetRole(t.Context(), &iam.GetRoleInput{RoleName: aws.String(theRole)})
	if err != nil {
		t.Fatal(err)
	}
	spoiled := strings.Replace(aws.ToString(role.Role.Description), `"function":"ecs-fargate-spot-handler"`, `"function":"a b"`, 1)
	if _, err := api.UpdateRole(t.Context(), &iam.UpdateRoleInput{RoleName: aws.String(theRole), Description: &spoiled}); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"status --region eu-west-1 -o json", "status --all-regions -o json"} {
		code, shown := spothandler(t.Context(), "", words(line)...)
		var output status.Output
		if err := json.Unmarshal([]byte(shown.out), &output); err != nil {
			t.Fatal(err, shown.out)
		}
		if code != command.ExitDiffers || len(output.Installations) != 2 || len(output.Errors) > 0 {
			t.Errorf("%s: %d, %s", line, code, shown.out)
		}
	}
	must(t, "uninstall --prefix prod --region eu-west-1 --dry-run")
}

// An installation that cannot be read is an error, and the others are shown.
func TestStatusShowsTheOthers(t *testing.T) {
	server := installedTwice(t)
	server.Inject(localaws.Fault{Action: "DescribeRule", Match: func(c localaws.Call) bool { return strings.Contains(c.Resource, theRule) }, Refuse: &localaws.Error{Code: "InternalException", Status: 500}})
	code, shown := spothandler(t.Context(), "", words("status --region eu-west-1 -o json")...)
	var output status.Output
	if err := json.Unmarshal([]byte(shown.out), &output); err != nil {
		t.Fatal(err, shown.out)
	}
	if code != command.ExitError || len(output.Installations) != 1 || output.Installations[0].Prefix != "test" || len(output.Errors) != 1 || !strings.Contains(output.Errors[0].Error.Message, "InternalException") {
		t.Errorf("%d, %s", code, shown.out)
	}
}
