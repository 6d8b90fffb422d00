package localaws

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/spothandler/spothandler/internal/testaws"
)

// step is one call of a conformance table. The steps of a table are run in order against localaws and against
// moto, an independent implementation, so that differences are noticed.
type step struct {
	name string
	// call returns the relevant facts of the response.
	call func(ctx context.Context, c clients) (facts string, err error)
	// want is AWS's outcome: the error code, or else the facts.
	want string
	// moto is moto's outcome if it differs; because says why, with a source for AWS's behavior.
	moto, because string
}

func tables() map[string][]step {
	return map[string][]step{
		"iam": iamSteps(), "lambda": lambdaSteps(), "logs": logsSteps(), "events": eventsSteps(), "ecs": ecsSteps(),
		"tagging": taggingSteps(), "triggers": triggerSteps(), "policies": policySteps(), "related": relatedSteps(),
	}
}

func TestConformanceOfLocalaws(t *testing.T) {
	for name, steps := range tables() {
		t.Run(name, func(t *testing.T) {
			_, c := start(t, Options{Account: "123456789012"})
			for _, s := range steps {
				if got := s.outcome(t, c); got != s.want {
					t.Errorf("%s: %s, want %s", s.name, got, s.want)
				}
			}
		})
	}
}

func TestConformanceOfMoto(t *testing.T) {
	cfg, all := moto(t), tables()
	for _, name := range slices.Sorted(maps.Keys(all)) { // in order: they share an account
		steps := all[name]
		t.Run(name, func(t *testing.T) {
			c := clientsOf(cfg)
			for _, s := range steps {
				want := cmp.Or(s.moto, s.want)
				if got := s.outcome(t, c); got != want {
					t.Errorf("%s: %s, want %s", s.name, got, want)
				}
			}
		})
	}
}

func TestEveryDifferenceHasItsReason(t *testing.T) {
	for name, steps := range tables() {
		for _, s := range steps {
			if (s.moto == "") != (s.because == "") || s.moto == s.want {
				t.Errorf("%s: %s: a difference needs both, moto's outcome and a reason", name, s.name)
			}
		}
	}
}

// outcome runs the call.
func (s step) outcome(t *testing.T, c clients) string {
	t.Helper()
	facts, err := s.call(t.Context(), c)
	if err != nil {
		return codeOf(err)
	}
	return facts
}

// refused is a call that AWS rejects, so that only the error matters.
func refused(call func(context.Context, clients) (string, error)) func(context.Context, clients) (string, error) {
	return func(ctx context.Context, c clients) (string, error) {
		_, err := call(ctx, c)
		return accepted, err
	}
}

const (
	accepted = "accepted"
	// lax is why moto accepts what violates the API model, which AWS checks first.
	lax = "moto does not check this constraint; AWS's API model has it"
)

// moto starts a moto server and returns a client configuration for it.
func moto(t *testing.T) aws.Config {
	t.Helper()
	url, stop, err := testaws.StartMoto(t.Context(), "MOTO_LAMBDA_CONCURRENCY_QUOTA=1000") // moto has no limit by default
	if errors.Is(err, testaws.ErrNoMoto) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	// A connection that moto closes between two calls would fail the second: no call is attempted again here.
	client := awshttp.NewBuildableClient().WithTransportOptions(func(tr *http.Transport) { tr.DisableKeepAlives = true })
	return aws.Config{
		HTTPClient: client, Region: "us-east-1", BaseEndpoint: &url, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	}
}

// text returns facts on one line.
func text(facts ...any) string { return strings.TrimSpace(fmt.Sprintln(facts...)) }
