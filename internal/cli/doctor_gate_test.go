package cli

import (
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/local"
	"github.com/spothandler/spothandler/internal/localaws"
)

// Invalid input, and what doctor could not read, is an error, so that a pipeline does not take it for ready.
func TestDoctorRefuses(t *testing.T) {
	server := localaws.New(localaws.Options{Region: local.Region, Delays: &localaws.Delays{}, Policies: map[string]string{
		"AKIANOBODY":  `{}`,
		"AKIACLUSTER": allowing("ecs:ListClusters", "ecs:DescribeClusters"),
	}})
	useServer(t, server, localaws.Service{Cluster: "shop", Name: "api", Desired: 2, OnDemand: 1})
	const root = "arn:aws:ecs:eu-west-1:111122223333:"
	for _, test := range []struct {
		caller, args string
		want         string // on stderr; "" is none, and exit code 0
	}{
		{"AKIAADMIN", "--service " + root + "service/shop/api --cluster " + root + "cluster/shop", ""},
		{"AKIAADMIN", "--service shop/api", "--service shop/api: give the cluster by its own flag"},
		{"AKIAADMIN", "--service " + root + "cluster/shop", "this is not the ARN of a service"},
		{"AKIAADMIN", "--service arn:aws:ecs:eu-west-1:999999999999:service/shop/api", "is in account 999999999999, and the command works in 111122223333"},
		{"AKIAADMIN", "--cluster arn:aws:ecs:us-east-1:111122223333:cluster/shop", "is in us-east-1, and the command works in eu-west-1"},
		{"AKIAADMIN", "--service " + root + "service/other/api", "service/other/api: there is no such service in cluster shop"},
		{"AKIAADMIN", "--cluster shop --service bill", "--service bill: there is no such service in cluster shop"},
		{"AKIAADMIN", "--ignore SPOT999", "--ignore SPOT999: there is no such check"},
		{"AKIANOBODY", "", "could not read the services: no permission for ecs:ListClusters"},
		{"AKIANOBODY", "--cluster shop", "could not read the services: no permission for ecs:DescribeClusters"},
		{"AKIACLUSTER", "", "could not read the services: no permission for ecs:ListServices (shop)"},
		{"AKIACLUSTER", "--service api", "could not read service api: no permission for ecs:ListServices (shop)"},
	} {
		t.Setenv("AWS_ACCESS_KEY_ID", test.caller)
		code, shown := spothandler(t.Context(), "", append([]string{"doctor"}, words(test.args)...)...)
		if test.want == "" {
			if code != command.ExitOK {
				t.Errorf("%s: exit code %d: %s", test.args, code, shown.err)
			}
			continue
		}
		if code != command.ExitError || !strings.Contains(shown.err, test.want) || strings.Count(shown.err, "✗") != 1 || shown.out != "" {
			t.Errorf("%s %s: exit code %d, want %q in\n%s%s", test.caller, test.args, code, test.want, shown.out, shown.err)
		}
	}
}

// A missing permission does not pass a gate: with --strict, the exit code for a check that could not be made is 2, unless it
// is ignored.
func TestDoctorStrictWithoutPermission(t *testing.T) {
	server := localaws.New(localaws.Options{Region: local.Region, Delays: &localaws.Delays{}, Policies: map[string]string{
		"AKIABLIND": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"servicequotas:*","Resource":"*"}]}`,
	}})
	useServer(t, server, local.Services()...)
	for _, test := range []struct {
		caller, args string
		want         int
	}{
		{"AKIAADMIN", "--strict", command.ExitOK},
		{"AKIABLIND", "", command.ExitOK},
		{"AKIABLIND", "--strict", command.ExitDiffers},
		{"AKIABLIND", "--strict --ignore SPOT302", command.ExitOK},
	} {
		t.Setenv("AWS_ACCESS_KEY_ID", test.caller)
		code, shown := spothandler(t.Context(), "", words("doctor --service web "+test.args)...)
		if code != test.want {
			t.Errorf("%s %s: exit code %d, want %d\n%s%s", test.caller, test.args, code, test.want, shown.out, shown.err)
		}
	}
}

// allowing returns a policy that allows these actions on all resources, and sts:GetCallerIdentity.
func allowing(actions ...string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sts:GetCallerIdentity","` + strings.Join(actions, `","`) + `"],"Resource":"*"}]}`
}

// Before an install, doctor --all-regions checks all Regions with a cluster, and reports if there are none.
func TestDoctorInAllRegions(t *testing.T) {
	useLocal(t)
	code, shown := spothandler(t.Context(), "", "doctor", "--all-regions")
	if code != command.ExitOK || !strings.Contains(shown.out, "no ECS cluster in any of the 17 Regions that are enabled for account 111122223333") {
		t.Errorf("exit code %d: %s%s", code, shown.out, shown.err)
	}
	useLocal(t, local.Services()...)
	code, shown = spothandler(t.Context(), "", "doctor", "--all-regions")
	if code != command.ExitDiffers || !strings.Contains(shown.out, "✗ 5 of 7 Spot services are not ready · 2 clusters · "+local.Region) {
		t.Errorf("exit code %d: %s%s", code, shown.out, shown.err)
	}
}
