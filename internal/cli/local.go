package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"runtime"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/embed"
	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/localaws"
)

const (
	localRegion  = "eu-west-1"
	localAccount = "111122223333"
	localPort    = 4599
)

// localOptions are the flags of `spothandler local`.
type localOptions struct {
	port            int
	region          string
	seed, accessKey string
}

func localCommand(a *app) *cobra.Command {
	var o localOptions
	cmd := &cobra.Command{
		Use:   "local",
		Short: "Serve a local AWS to try every command on",
		Long: `Local serves the calls of AWS that the commands and the function need, on a
loopback port until ctrl-C, with services on Fargate Spot, in memory: nothing
leaves this machine, and nothing stays on it. It prints the exports that point
any AWS client at it, and a line for each interruption and each answer of the
function. It answers only to the access key among the exports, and never to web
pages, since a function runs as your user.`,
		Example: `  spothandler local
  spothandler local --port 8080 --seed services.yaml
  spothandler local interrupt --cluster shop --service api --tasks 3`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.local(cmd.Context(), o) },
	}
	cmd.Flags().IntVar(&o.port, "port", localPort, "loopback port to serve on; 0 takes a free one")
	cmd.Flags().StringVar(&o.region, "region", localRegion, "region of the services")
	cmd.Flags().StringVar(&o.seed, "seed", "", "YAML file of services to begin with, instead of the built-in ones")
	cmd.Flags().StringVar(&o.accessKey, "access-key", "", "access key id to accept, for scripts; else one is drawn at every start")
	_ = cmd.MarkFlagFilename("seed", "yaml", "yml")
	cmd.AddCommand(localInterruptCommand(a))
	return cmd
}

func (a *app) local(ctx context.Context, o localOptions) error {
	services := localServices()
	if o.seed != "" {
		var err error
		if services, err = readSeed(o.seed); err != nil {
			return err
		}
	}
	if err := o.drawKey(); err != nil {
		return err
	}
	listener, err := listen(ctx, o.port)
	if err != nil {
		return err
	}
	server := a.newLocalAWS(o.region, o.accessKey, &localNotices{app: a})
	if err := server.Seed(services...); err != nil {
		return errors.Join(err, listener.Close(), server.Close())
	}
	if err := a.printLocal("http://"+listener.Addr().String(), o, services); err != nil {
		return errors.Join(err, listener.Close(), server.Close())
	}
	if err := server.Serve(ctx, listener); err != nil {
		return err
	}
	return nil // ctrl-C is how it ends
}

// drawKey sets an access key that nobody can guess, unless one was given, which must be what AWS accepts as one.
func (o *localOptions) drawKey() error {
	if o.accessKey == "" {
		o.accessKey = localaws.NewAccessKey()
	}
	if !regexp.MustCompile(`^\w{16,128}$`).MatchString(o.accessKey) { // IAM API, AccessKeyId
		return &apperr.Error{
			Code: apperr.CodeInvalid, Message: "--access-key is not accepted",
			Hints: []string{"accepted: 16 to 128 letters, digits and underscores; better not to be guessed"},
		}
	}
	return nil
}

func listen(ctx context.Context, port int) (net.Listener, error) {
	if port < 0 || port > 65535 {
		return nil, &apperr.Error{Code: apperr.CodeInvalid, Message: fmt.Sprintf("--port %d is not accepted", port), Hints: []string{"accepted: 1 to 65535, or 0 for a free one"}}
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil, &apperr.Error{
			Code:    "port_taken",
			Message: fmt.Sprintf("listening on 127.0.0.1:%d: %v", port, errors.Unwrap(err)),
			Hints:   []string{"spothandler local --port 0   takes a free one"},
			Err:     err,
		}
	}
	return listener, nil
}

// newLocalAWS returns a local AWS that runs our function: the uploaded zip where the system can, and the same function
// built for this processor where the zip is of another one. What servers that were killed left behind is removed.
func (a *app) newLocalAWS(region, accessKey string, notices *localNotices) *localaws.Server {
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
