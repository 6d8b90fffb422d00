package local

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/session"
)

// responseTimeout is how long a local AWS, which is on this machine, may take to respond.
const responseTimeout = 30 * time.Second

// interruption is the request of local interrupt, and its JSON output.
type interruption struct {
	Cluster string `json:"cluster"`
	Service string `json:"service"`
	count   int
	Tasks   []string `json:"tasks"` // ARNs of those that were interrupted
}

func interruptCommand(now func() Program) *cobra.Command {
	var request interruption
	cmd := &cobra.Command{
		Use:   "interrupt",
		Short: "Interrupt Fargate Spot tasks of the local AWS",
		Long: `Interrupt reclaims the Spot capacity of running tasks of a local AWS, as AWS
does: the tasks stop, with all their events, and ECS replaces them. It finds the
local AWS by the exports that "spothandler local" prints, and calls nothing
else.`,
		Example: `  spothandler local interrupt --cluster shop --service api --tasks 3`,
		Args:    input.NoArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return (&interruptRun{now(), request}).run(cmd.Context()) },
	}
	cmd.Flags().StringVar(&request.Cluster, "cluster", "default", "cluster of the service")
	cmd.Flags().StringVar(&request.Service, "service", "", "service whose tasks are interrupted")
	cmd.Flags().IntVar(&request.count, "tasks", 1, "how many tasks to interrupt")
	return cmd
}

// interruptRun is one run of local interrupt.
type interruptRun struct {
	Program
	request interruption
}

func (r *interruptRun) run(ctx context.Context) error {
	request := &r.request
	if request.Service == "" {
		return &apperr.Error{Code: apperr.CodeInvalid, Message: "--service is required", Hints: []string{"spothandler local interrupt --cluster shop --service api"}}
	}
	if request.count < 1 {
		return &apperr.Error{Code: apperr.CodeInvalid, Message: fmt.Sprintf("--tasks %d is not accepted", request.count), Hints: []string{"accepted: 1 or more"}}
	}
	endpoint, err := r.endpoint()
	if err != nil {
		return err
	}
	if request.Tasks, err = r.call(ctx, endpoint); err != nil {
		return err
	}
	if r.JSON {
		return r.Out.JSON(request)
	}
	r.Out.Print(r.Out.Sentence(term.OK, fmt.Sprintf("%s of %s/%s interrupted", term.Plural(len(request.Tasks), "task"), request.Cluster, request.Service)))
	if len(request.Tasks) < request.count {
		r.warn(fmt.Sprintf("%d requested, but only %d of the service's tasks run on Fargate Spot", request.count, len(request.Tasks)))
	}
	return nil
}

// endpoint returns the URL of the local AWS from its exports. It rejects any other machine.
func (r *interruptRun) endpoint() (*url.URL, error) {
	text := r.Getenv("AWS_ENDPOINT_URL")
	if text == "" || r.Getenv("AWS_ACCESS_KEY_ID") == "" {
		return nil, noLocal("no local AWS found: AWS_ENDPOINT_URL or AWS_ACCESS_KEY_ID is not set", nil)
	}
	endpoint, err := url.Parse(text)
	if err != nil || endpoint.Host == "" {
		return nil, noLocal(fmt.Sprintf("AWS_ENDPOINT_URL is %q, which is not a URL", session.MaskURL(text)), nil)
	}
	if address, err := netip.ParseAddr(endpoint.Hostname()); endpoint.Hostname() != "localhost" && (err != nil || !address.IsLoopback()) {
		return nil, noLocal(fmt.Sprintf("AWS_ENDPOINT_URL points to %s, which is not this machine", endpoint.Host), nil)
	}
	return endpoint, nil
}

// noLocal returns the error for a local AWS that cannot be called.
func noLocal(message string, err error) error {
	return &apperr.Error{
		Code: "no_local", Message: message, Err: err,
		Hints: []string{"spothandler local   in another terminal, then paste the exports that it prints here"},
	}
}

// call asks the local AWS to interrupt tasks, and returns their ARNs.
func (r *interruptRun) call(ctx context.Context, endpoint *url.URL) ([]string, error) {
	interruption := r.request
	ctx, cancel := context.WithTimeout(ctx, responseTimeout)
	defer cancel()
	target := endpoint.JoinPath("/_local/interrupt")
	target.RawQuery = url.Values{"cluster": {interruption.Cluster}, "service": {interruption.Service}, "tasks": {strconv.Itoa(interruption.count)}}.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, target.String(), nil)
	if err != nil {
		return nil, err
	}
	credentials := aws.Credentials{AccessKeyID: r.Getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: r.Getenv("AWS_SECRET_ACCESS_KEY")}
	if err := v4.NewSigner().SignHTTP(ctx, credentials, request, emptyPayload, "local", orRegion(r.Getenv("AWS_REGION")), time.Now()); err != nil {
		return nil, err
	}
	// A redirect is not followed: the access key must not leave this machine.
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		return nil, noLocal("nothing is listening at "+session.MaskURL(endpoint.String()), err)
	}
	defer response.Body.Close()
	var body struct {
		Tasks []string `json:"tasks"`
		Error string   `json:"error"`
	}
	err = json.NewDecoder(response.Body).Decode(&body)
	switch {
	case response.StatusCode == http.StatusForbidden:
		return nil, noLocal("the local AWS at "+session.MaskURL(endpoint.String())+" does not accept this access key: it was restarted since the exports were pasted", nil)
	case err != nil || body.Tasks == nil && body.Error == "":
		return nil, noLocal("the server at "+session.MaskURL(endpoint.String())+" is not a local AWS", err)
	case body.Error != "":
		return nil, &apperr.Error{
			Code:    apperr.CodeFailed,
			Message: fmt.Sprintf("interrupting tasks of %s/%s: %s", interruption.Cluster, interruption.Service, body.Error),
			Hints:   []string{"aws ecs list-services --cluster " + apperr.Quote(interruption.Cluster), "aws ecs list-clusters"},
		}
	}
	return body.Tasks, nil
}

// emptyPayload is the SHA-256 of no bytes.
const emptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

func orRegion(name string) string {
	if name == "" {
		return Region
	}
	return name
}
