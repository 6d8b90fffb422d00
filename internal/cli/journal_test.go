package cli

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/localaws"
)

// losesItsRole deletes the role of an installation out of band.
func (a *archive) losesItsRole(prefix string) {
	a.Helper()
	client, role := iam.NewFromConfig(a.Config()), aws.String(prefix+"spothandler-eu-west-1")
	_, emptied := client.DeleteRolePolicy(a.Context(), &iam.DeleteRolePolicyInput{RoleName: role, PolicyName: aws.String("spothandler")})
	_, deleted := client.DeleteRole(a.Context(), &iam.DeleteRoleInput{RoleName: role})
	if emptied != nil || deleted != nil {
		a.Fatal(emptied, deleted)
	}
}

// Without --prefix, logs and report read the records of the one installation that status shows. Where it is not clear
// which is meant they name all, and never propose to install another one.
func TestWhoseRecords(t *testing.T) {
	a := newArchive(t, "")
	says := a.says
	must(t, "install")
	must(t, "uninstall --keep-logs --yes")
	const left = "the role of (no prefix) was deleted: these are its remaining records"
	says("logs", command.ExitOK, left)
	says("report", command.ExitOK, "(no prefix) · eu-west-1", left)

	must(t, "install --prefix prod --function-name fn")
	says("logs", command.ExitOK, "no: is gone")
	says("report", command.ExitOK, "prod · eu-west-1", "no: is gone")

	a.losesItsRole("prod-")
	says("logs", command.ExitOK, "the role of prod was deleted")
	says("report", command.ExitOK, "prod · eu-west-1", "the role of prod was deleted")
	says("report --prefix prod", command.ExitOK, "prod · eu-west-1", "the role of prod was deleted")

	must(t, "install --prefix test")
	says("logs", command.ExitNotInstalled, "Installed there: prod, test.", "› spothandler logs --prefix prod", "no: spothandler install")

	a.Inject(localaws.Fault{Action: "ListRoles", Deny: true})
	must(t, "uninstall --prefix prod --function-name fn --yes")
	must(t, "uninstall --prefix test --yes")
	says("logs", command.ExitOK, left)
	must(t, "install")
	must(t, "uninstall --yes")
	says("logs", command.ExitNotInstalled, "not checked: existing installations: no permission for iam:ListRoles", "› spothandler logs --prefix NAME", "no: spothandler install")
}
