package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strconv"
	"strings"

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

func (a *app) localCommand() *cobra.Command {
	var port int
	var seed, region string
	cmd := &cobra.Command{
		Use:   "local",
		Short: "Serve an AWS of this machine's own to try every command on",
		Long: `Local serves IAM, STS, Lambda, CloudWatch Logs, EventBridge and ECS on a
loopback port until ctrl-C, with services on Fargate Spot, in memory: nothing
leaves this machine, and nothing stays on it. It prints what points any AWS
client at it.`,
		Example: `  spothandler local
  spothandler local --port 8080 --seed services.yaml`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.local(cmd.Context(), port, region, seed) },
	}
	cmd.Flags().IntVar(&port, "port", localPort, "loopback port to serve on; 0 takes a free one")
	cmd.Flags().StringVar(&region, "region", localRegion, "region of the services")
	cmd.Flags().StringVar(&seed, "seed", "", "YAML file of services to begin with, instead of the three of the demo")
	_ = cmd.MarkFlagFilename("seed", "yaml", "yml")
	return cmd
}

func (a *app) local(ctx context.Context, port int, region, seed string) error {
	services := demoServices()
	if seed != "" {
		var err error
		if services, err = readSeed(seed); err != nil {
			return err
		}
	}
	listener, err := listen(ctx, port)
	if err != nil {
		return err
	}
	server := newLocalAWS(region)
	if err := server.Seed(services...); err != nil {
		return errors.Join(err, listener.Close(), server.Close())
	}
	a.printLocal("http://"+listener.Addr().String(), region, services)
	if err := server.Serve(ctx, listener); err != nil {
		return err
	}
	return nil // ctrl-C is how it ends
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

// newLocalAWS is a local AWS that runs our function: the uploaded zip where the system can, and the
// same function built for this processor where the zip is of another one.
func newLocalAWS(region string) *localaws.Server {
	var server *localaws.Server
	options := localaws.Options{Account: localAccount, Region: region, HostZip: hostZip}
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

// localEnv is what points any AWS client at a local AWS.
func localEnv(url, region string) []string {
	return []string{
		"AWS_ENDPOINT_URL=" + url,
		"AWS_REGION=" + region,
		"AWS_DEFAULT_REGION=" + region, // older clients know only this one
		"AWS_ACCESS_KEY_ID=local",
		"AWS_SECRET_ACCESS_KEY=local",
	}
}

func (a *app) printLocal(url, region string, services []localaws.Service) {
	st := a.outStyle()
	place := fmt.Sprintf("account %s · %s", localAccount, region)
	fmt.Fprintf(a.out, "%s %s\n  %s\n\n", st.glyph(glyphOK), st.green("A local AWS answers on "+url), st.dim(st.plain(place)))
	for _, variable := range localEnv(url, region) {
		fmt.Fprintf(a.out, "  export %s\n", variable)
	}
	fmt.Fprintln(a.out)
	for _, service := range services {
		provider := service.CapacityProvider
		if provider == "" {
			provider = "FARGATE_SPOT"
		}
		fmt.Fprintf(a.out, "  %s %s %s\n", st.glyph(glyphQuiet), pad(service.Cluster+"/"+service.Name, 20), st.dim(fmt.Sprintf("%d tasks on %s", service.Desired, provider)))
	}
	fmt.Fprintf(a.out, "\n  In another terminal, after the exports:\n")
	example := services[0]
	for _, command := range []string{
		"spothandler install --prefix prod",
		fmt.Sprintf("curl -X POST '%s/_local/interrupt?cluster=%s&service=%s&tasks=%d'", url, example.Cluster, example.Name, min(3, example.Desired)),
		"aws ecs describe-services --cluster " + example.Cluster + " --services " + example.Name,
		"aws logs filter-log-events --log-group-name /aws/lambda/prod-ecs-fargate-spot-handler",
		"spothandler uninstall --prefix prod",
	} {
		fmt.Fprintf(a.out, "  %s %s\n", st.glyph(glyphNext), command)
	}
	fmt.Fprintf(a.out, "\n%s\n", st.dim(strings.TrimSpace("ctrl-C ends it, and everything in it.")))
}
