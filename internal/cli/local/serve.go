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

// options are local's own flags.
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
		Short: "Serve a local AWS to try every command with",
		Long: `Local serves the AWS calls that the commands and the function need, with
services on Fargate Spot, on a loopback port until Ctrl-C. It keeps everything
in memory: nothing leaves this machine, and nothing remains on it. It prints the
exports that point any AWS client at it, and a line for each interruption and
each response of the function. It accepts only the access key that it prints,
and no requests from web pages, since the function runs as your user.`,
		Example: `  spothandler local
  spothandler local --port 8080 --seed services.yaml
  spothandler local interrupt --cluster shop --service api --tasks 3`,
		Args: input.UnknownCommand,

		SuggestionsMinimumDistance: 2,

		RunE: func(cmd *cobra.Command, _ []string) error { return (&localRun{now(), o}).run(cmd.Context()) },
	}
	cmd.Flags().IntVar(&o.port, "port", defaultPort, "loopback port to listen on; 0 selects a free one")
	cmd.Flags().StringVar(&o.region, "region", Region, "Region of the services")
	cmd.Flags().StringVar(&o.seed, "seed", "", "YAML file of the initial services, instead of the built-in ones")
	cmd.Flags().StringVar(&o.accessKey, "access-key", "", "access key ID to accept, for scripts; else a random one")
	_ = cmd.MarkFlagFilename("seed", "yaml", "yml")
	cmd.AddCommand(interruptCommand(now))
	return cmd
}

// localRun is one run of local.
type localRun struct {
	Program
	opts options
}

func (r *localRun) run(ctx context.Context) error {
	services := Services()
	if r.opts.seed != "" {
		var err error
		if services, err = input.Read(ctx, func() ([]localaws.Service, error) { return readSeed(r.opts.seed) }); err != nil {
			return err
		}
	}
	if err := r.opts.setKey(); err != nil {
		return err
	}
	listener, err := listen(ctx, r.opts.port)
	if err != nil {
		return err
	}
	server := NewServer(r.Program, r.opts.region, r.opts.accessKey, &notices{err: r.Err})
	if err := server.Seed(services...); err != nil {
		return errors.Join(err, listener.Close(), server.Close())
	}
	if err := r.print("http://"+listener.Addr().String(), services); err != nil {
		return errors.Join(err, listener.Close(), server.Close())
	}
	if err := server.Serve(ctx, listener); err != nil {
		return err
	}
	r.printLeaving()
	return nil // Ctrl-C is not an error
}

// setKey sets a random access key unless one was given, and checks that AWS would accept the key.
func (o *options) setKey() error {
	if o.accessKey == "" {
		o.accessKey = localaws.NewAccessKey()
	}
	if !regexp.MustCompile(`^\w{16,128}$`).MatchString(o.accessKey) { // IAM API, AccessKeyId
		return &apperr.Error{
			Code: apperr.CodeInvalid, Message: "--access-key is not accepted",
			Hints: []string{"accepted: 16 to 128 letters, digits and underscores; choose one that is hard to guess"},
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
			Hints:   []string{"another spothandler local may be running: use it, or stop it with Ctrl-C", "spothandler local --port 0   selects a free one"},
			Err:     err,
		}
	}
	return listener, nil
}
