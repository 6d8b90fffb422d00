package cli

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/localaws"
)

// deleteRole deletes the role of an installation out of band.
func (a *historyFixture) deleteRole(prefix string) {
	a.Helper()
	client, role := iam.NewFromConfig(a.Config()), aws.String(prefix+"spothandler-eu-west-1")
	_, emptied := client.DeleteRolePolicy(a.Context(), &iam.DeleteRolePolicyInput{RoleName: role, PolicyName: aws.String("spothandler")})
	_, deleted := client.DeleteRole(a.Context(), &iam.DeleteRoleInput{RoleName: role})
	if emptied != nil || deleted != nil {
		a.Fatal(emptied, deleted)
	}
}

// Without --prefix, logs and report read the records of the only installation in the Region. If there are several, they
// name all of them, and do not suggest an install.
func TestRecordsWithoutPrefix(t *testing.T) {
	a := newHistoryFixture(t, "")
	says := a.expect
	must(t, "install")
	must(t, "uninstall --keep-logs --yes")
	const left = "(no prefix) was uninstalled, and its log group was kept: these are its records"
	says("logs", command.ExitOK, left)
	says("report", command.ExitOK, "(no prefix) · eu-west-1", left)

	must(t, "install --prefix prod --function-name fn")
	says("logs", command.ExitOK, "no: was deleted")
	says("report", command.ExitOK, "prod · eu-west-1", "no: was deleted")

	a.deleteRole("prod-")
	says("logs", command.ExitOK, "the role of prod was deleted")
	says("report", command.ExitOK, "prod · eu-west-1", "the role of prod was deleted")
	says("report --prefix prod", command.ExitOK, "prod · eu-west-1", "the role of prod was deleted")

	must(t, "install --prefix test")
	for _, name := range []string{"logs", "report"} {
		says(name, command.ExitNotInstalled, "✗ 2 installations in eu-west-1: specify one", "Installed there: prod, test.",
			"› spothandler "+name+" --prefix prod › spothandler "+name+" --prefix test", "no: spothandler install", "no: (no prefix)")
	}
	says("report -o csv", command.ExitNotInstalled, "no: time,region", "specify one")
	says("report -o csv --region eu-west-1 --region us-east-1", command.ExitNotInstalled, "no: time,region")
	says("report -o csv --prefix prod --region eu-west-1 --region us-east-1", command.ExitNotInstalled, "time,region,cluster")
	says("report -o csv --prefix prod", command.ExitOK, "time,region,cluster")

	a.Inject(localaws.Fault{Action: "ListRoles", Deny: true})
	must(t, "uninstall --prefix prod --function-name fn --yes")
	must(t, "uninstall --prefix test --yes")
	says("logs", command.ExitOK, left)
	must(t, "install")
	must(t, "uninstall --yes")
	says("logs", command.ExitNotInstalled, "not checked: existing installations: no permission for iam:ListRoles", "› spothandler logs --prefix NAME", "no: spothandler install")
}
