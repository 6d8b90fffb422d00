package resource

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/localaws"
	"github.com/spothandler/spothandler/internal/session"
)

func identity() session.Identity {
	return session.Identity{Partition: "aws", Account: "111122223333", Region: "us-east-1", Caller: "arn:aws:sts::111122223333:assumed-role/dev/ana"}
}

// given returns settings as given by flags: name, value, name, value. A repeated name is a list.
func given(words ...string) settings.Given {
	asked := settings.Given{}
	for i := 0; i < len(words); i += 2 {
		name := words[i]
		asked[name] = settings.Value{Texts: append(asked[name].Texts, words[i+1]), Source: "--" + name}
	}
	return asked
}

// printed returns a plan in readable form: "update function x: timeout 60 -> 3".
func printed(changes []Change) []string {
	lines := make([]string, 0, len(changes))
	for _, change := range changes {
		line := string(change.Action) + " " + change.Kind.Words()
		for _, field := range change.Fields {
			if change.Action == Update {
				line += "; " + field.Path + " " + field.Old + " -> " + field.New
			}
		}
		lines = append(lines, line)
	}
	return lines
}

func sameLines(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n\t%q\nwant\n\t%q", got, want)
	}
}

// account is an in-memory AWS account in a bubble of virtual time, with an installation under the prefix prod.
type account struct {
	clients Clients
	names   Names
	want    State // what was installed
}

func inAccount(t *testing.T, test func(t *testing.T, a account)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		server := localaws.New(localaws.Options{Delays: &localaws.Delays{}})
		defer func() {
			if err := server.Close(); err != nil {
				t.Error(err)
			}
		}()
		config := server.Config()
		config.HTTPClient = &http.Client{Transport: server}
		a := account{
			clients: Clients{
				IAM: iam.NewFromConfig(config), Logs: cloudwatchlogs.NewFromConfig(config),
				Lambda: lambda.NewFromConfig(config), Events: eventbridge.NewFromConfig(config),
			},
			names: NewNames(identity(), "prod", "ecs-fargate-spot-handler", "ecs-spot-interruption"),
			want:  wanted(t),
		}
		code := archive(t)
		sum := sha256.Sum256(code)
		a.want.Function.Zip, a.want.Function.CodeSHA256 = code, base64.StdEncoding.EncodeToString(sum[:])
		if _, err := Apply(t.Context(), a.clients, a.names, Plan(a.want, State{}), Options{}); err != nil {
			t.Fatal(err)
		}
		test(t, a)
	})
}

// archive returns the code of a function.
func archive(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	_, err := archive.Create("bootstrap")
	if err := errors.Join(err, archive.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
