package local

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/localaws"
)

// options are the flags of `spothandler local`.
type options struct {
	port            int
	region          string
	seed, accessKey string
}

// Command returns the commands local and local interrupt.
func Command(now func() Program) *cobra.Command {
	var o options
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
		Args: input.UnknownCommand,

		SuggestionsMinimumDistance: 2,

		RunE: func(cmd *cobra.Command, _ []string) error { return (&localRun{now(), o}).run(cmd.Context()) },
	}
	cmd.Flags().IntVar(&o.port, "port", defaultPort, "loopback port to serve on; 0 takes a free one")
	cmd.Flags().StringVar(&o.region, "region", Region, "region of the services")
	cmd.Flags().StringVar(&o.seed, "seed", "", "YAML file of services to begin with, instead of the built-in ones")
	cmd.Flags().StringVar(&o.accessKey, "access-key", "", "access key id to accept, for scripts; else one is drawn at every start")
	_ = cmd.MarkFlagFilename("seed", "yaml", "yml")
	cmd.AddCommand(interruptCommand(now))
	return cmd
}

// localRun is one local AWS that is served.
type localRun struct {
	Program
	asked options
}

func (r *localRun) run(ctx context.Context) error {
	services := Services()
	if r.asked.seed != "" {
		var err error
		if services, err = input.Read(ctx, func() ([]localaws.Service, error) { return readSeed(r.asked.seed) }); err != nil {
			return err
		}
	}
	if err := r.asked.drawKey(); err != nil {
		return err
	}
	listener, err := listen(ctx, r.asked.port)
	if err != nil {
		return err
	}
	server := NewServer(r.Program, r.asked.region, r.asked.accessKey, &notices{err: r.Err})
	if err := server.Seed(services...); err != nil {
		return errors.Join(err, listener.Close(), server.Close())
	}
	if err := r.print("http://"+listener.Addr().String(), services); err != nil {
		return errors.Join(err, listener.Close(), server.Close())
	}
	if err := server.Serve(ctx, listener); err != nil {
		return err
	}
	return nil // ctrl-C is how it ends
}

// drawKey sets an access key that nobody can guess, unless one was given, which must be what AWS accepts as one.
func (o *options) drawKey() error {
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
