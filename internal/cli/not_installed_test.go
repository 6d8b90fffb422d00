package cli

import (
	"testing"

	"github.com/spothandler/spothandler/internal/cli/command"
)

// Without any installation, every command reports the same, and how to install.
func TestNothingInstalled(t *testing.T) {
	a := newHistoryFixture(t, "")
	for _, line := range []string{"status", "logs", "report", "upgrade", "upgrade --all", "simulate"} {
		a.expect(line, command.ExitNotInstalled, "nothing is installed in eu-west-1 of account 111122223333", "› spothandler install --prefix NAME", "no: (no prefix) is not")
	}
	for _, line := range []string{"status", "logs", "report", "upgrade", "upgrade --all", "install"} {
		a.expect(line+" --all-regions", command.ExitNotInstalled, "nothing is installed in any Region of account 111122223333", "› spothandler install --prefix NAME --region NAME")
	}
	for _, line := range []string{"status", "logs", "report", "upgrade", "upgrade --all"} {
		a.expect(line+" --region eu-west-1 --region us-east-1", command.ExitNotInstalled, "✗ nothing is installed in eu-west-1, us-east-1 of account 111122223333", "› spothandler install --prefix NAME")
	}
}

// A mistyped prefix leads to the installations there are, with the nearest name first, in one Region, several or all of them.
func TestNotInstalledNamesTheOthers(t *testing.T) {
	a := newHistoryFixture(t, "")
	for _, line := range []string{"install --prefix prod --cluster shop", "install --prefix other --cluster batch --region us-east-1"} {
		a.expect(line, command.ExitOK, "Installed")
	}
	for _, name := range []string{"status", "logs", "report", "upgrade"} {
		a.expect(name+" --prefix prdo", command.ExitNotInstalled, "✗ prdo is not installed in eu-west-1", "Installed there: prod.", "› spothandler "+name+" --prefix prod")
		for where, message := range map[string]string{
			"--all-regions":                            "✗ prdo is not installed in any Region of account 111122223333",
			"--region eu-west-1 --region us-east-1":    "✗ prdo is not installed in eu-west-1, us-east-1 of account 111122223333",
			"--region eu-west-1 --region eu-central-1": "✗ prdo is not installed in eu-central-1, eu-west-1 of account 111122223333",
		} {
			a.expect(name+" --prefix prdo "+where, command.ExitNotInstalled, message, "Installed: prod in eu-west-1, other in us-east-1. The nearest name is prod.",
				"› spothandler "+name+" --prefix prod --region eu-west-1 › spothandler "+name+" --prefix other --region us-east-1", "no: spothandler install")
		}
	}
	for _, line := range []string{"upgrade --all-regions", "install --all-regions"} {
		a.expect(line, command.ExitNotInstalled, "✗ (no prefix) is not installed in any Region of account 111122223333", "Installed: other in us-east-1, prod in eu-west-1.", "no: nothing is installed")
	}
	a.expect("upgrade --region eu-west-1 --region us-east-1", command.ExitNotInstalled, "✗ 2 installations in eu-west-1, us-east-1 of account 111122223333: specify one", "Installed: other in us-east-1, prod in eu-west-1.")
	a.expect("uninstall --all-regions --prefix prdo --yes", command.ExitOK, "✓ Nothing to remove: prdo is not installed in any Region", "the nearest name is prod", "Installed: prod in eu-west-1, other in us-east-1.", "› spothandler uninstall --prefix prod --region eu-west-1")
	a.expect("upgrade --prefix prdo --region eu-west-1 --region us-east-1 -o json", command.ExitNotInstalled, `"results"`, "✗ prdo is not installed in eu-west-1, us-east-1")
	a.expect("logs --region eu-central-1 --region eu-west-2", command.ExitNotInstalled, "✗ nothing is installed in eu-central-1, eu-west-2 of account", "Installed: other in us-east-1, prod in eu-west-1.")
}
