package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"runtime"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/spothandler/spothandler/embed"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/localaws"
)

const (
	localRegion  = "eu-west-1"
	localAccount = "111122223333"
	localPort    = 4599
)

// variable is an environment variable.
type variable struct{ name, value string }

func (v variable) String() string { return v.name + "=" + v.value }

// localEnv returns what points any AWS client at a local AWS.
func localEnv(url, region, accessKey string) []variable {
	return []variable{
		{"AWS_ENDPOINT_URL", url},
		{"AWS_REGION", region},
		{"AWS_DEFAULT_REGION", region}, // older clients know only this one
		{"AWS_ACCESS_KEY_ID", accessKey},
		{"AWS_SECRET_ACCESS_KEY", "local"},
	}
}

// newLocalAWS returns a local AWS that runs our function: the uploaded zip where the system can, and the same function
// built for this processor where the zip is of another one. What servers that were killed left behind is removed.
func newLocalAWS(a *app, region, accessKey string, notices *localNotices) *localaws.Server {
	if err := localaws.RemoveStale(); err != nil {
		a.warn(err.Error())
	}
	var server *localaws.Server
	options := localaws.Options{Account: localAccount, Region: region, AccessKey: accessKey, HostZip: hostZip}
	if notices != nil {
		options.Interrupted, options.Answered = notices.interrupted, notices.answered
	}
	if runtime.GOOS != "linux" {
		options.InProcess = func(getenv func(string) string, out io.Writer) (localaws.Handler, error) {
			config, err := handler.ConfigFromEnv(getenv)
			if err != nil {
				return nil, err
			}
			aws := server.Config()
			h := handler.New(config, ecs.NewFromConfig(aws), cloudwatchlogs.NewFromConfig(aws), out)
			return handlerOf(h), nil
		}
	}
	server = localaws.New(options)
	return server
}

// handlerOf gives the function the form in which a local AWS calls it in this process.
func handlerOf(h *handler.Handler) func(context.Context, json.RawMessage) (any, error) {
	return func(ctx context.Context, event json.RawMessage) (any, error) { return h.Handle(ctx, event) }
}

// hostZip exchanges our function of one architecture for the same one of the other.
func hostZip(zip []byte) ([]byte, error) {
	for _, architecture := range []string{"arm64", "x86_64"} {
		if known, err := embed.Archive(architecture); err == nil && bytes.Equal(known, zip) {
			return embed.Archive(hostArchitecture())
		}
	}
	return nil, fmt.Errorf("the function is not built for %s, and not one of this binary's", runtime.GOARCH)
}

func hostArchitecture() string {
	if runtime.GOARCH == "arm64" {
		return "arm64"
	}
	return "x86_64"
}
