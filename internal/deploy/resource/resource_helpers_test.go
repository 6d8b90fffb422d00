package resource

import (
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/localaws"
)

// given returns settings as given by flags: name, value, name, value. A repeated name is a list.
func given(words ...string) settings.Given { return deploytest.Given(words...) }

// account is an in-memory AWS account in a bubble of virtual time, with an installation under the prefix prod.
type account struct {
	server  *localaws.Server
	clients Clients
	names   Names
	want    State // what was installed
}

func inAccount(t *testing.T, test func(t *testing.T, a account)) {
	t.Helper()
	deploytest.Run(t, localaws.Options{Delays: &localaws.Delays{}}, func(t *testing.T, server *localaws.Server) {
		config := server.Config()
		config.HTTPClient = &http.Client{Transport: server}
		a := account{
			server: server,
			clients: Clients{
				IAM: iam.NewFromConfig(config), Logs: cloudwatchlogs.NewFromConfig(config),
				Lambda: lambda.NewFromConfig(config), Events: eventbridge.NewFromConfig(config),
			},
			names: NewNames(deploytest.Identity(), "prod", "ecs-fargate-spot-handler", "ecs-spot-interruption"),
			want:  wanted(t),
		}
		a.want.Function.Zip, a.want.Function.CodeSHA256 = deploytest.Zip(t, "bootstrap", "code")
		if _, err := Apply(t.Context(), a.clients, a.names, Plan(a.want, State{}), Options{}); err != nil {
			t.Fatal(err)
		}
		test(t, a)
	})
}
