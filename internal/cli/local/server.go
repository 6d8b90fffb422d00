package local

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
	// Region is the Region of the services unless another one is given.
	Region = "eu-west-1"

	account     = "111122223333"
	defaultPort = 4599
)

// Variable is an environment variable.
type Variable struct{ Name, Value string }

// String returns NAME=VALUE.
func (v Variable) String() string { return v.Name + "=" + v.Value }

// Environment returns the variables that point any AWS client at the local AWS of this URL.
func Environment(url, region, accessKey string) []Variable {
	return []Variable{
		{"AWS_ENDPOINT_URL", url},
		{"AWS_REGION", region},
		{"AWS_DEFAULT_REGION", region}, // older clients know only this one
		{"AWS_ACCESS_KEY_ID", accessKey},
		{"AWS_SECRET_ACCESS_KEY", "local"},
	}
}

// NewServer returns a local AWS that runs our function: from the uploaded zip on Linux, or from the zip of the same version for
// this processor if the uploaded one is for another, and in this process on other systems. It removes the files that killed
// servers left behind.
func NewServer(p Program, region, accessKey string, notices *notices) *localaws.Server {
	if err := localaws.RemoveStale(); err != nil {
		p.warn(err.Error())
	}
	var server *localaws.Server
	options := localaws.Options{Account: account, Region: region, AccessKey: accessKey, HostZip: HostZip}
	options.Policies = map[string]string{} // roles have the permissions of their policies, all other callers have every permission
	if notices != nil {
		options.Interrupted, options.Invoked = notices.interrupted, notices.invoked
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

// handlerOf adapts the function to the signature with which a local AWS calls it in this process.
func handlerOf(h *handler.Handler) func(context.Context, json.RawMessage) (any, error) {
	return func(ctx context.Context, event json.RawMessage) (any, error) { return h.Handle(ctx, event) }
}

// HostZip returns the function's archive for the architecture of this machine, given its archive for any architecture.
func HostZip(zip []byte) ([]byte, error) {
	for _, architecture := range []string{"arm64", "x86_64"} {
		if known, err := embed.Archive(architecture); err == nil && bytes.Equal(known, zip) {
			return embed.Archive(hostArchitecture())
		}
	}
	return nil, fmt.Errorf("the function is not built for %s, and is not one of this binary's", runtime.GOARCH)
}

func hostArchitecture() string {
	if runtime.GOARCH == "arm64" {
		return "arm64"
	}
	return "x86_64"
}
