package localaws

import (
	"archive/zip"
	"bytes"
	"errors"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

// clients are one client of each service.
type clients struct {
	iam    *iam.Client
	sts    *sts.Client
	lambda *lambda.Client
	logs   *cloudwatchlogs.Client
	events *eventbridge.Client
	ecs    *ecs.Client
}

func clientsOf(cfg aws.Config) clients {
	return clients{
		iam.NewFromConfig(cfg), sts.NewFromConfig(cfg), lambda.NewFromConfig(cfg), cloudwatchlogs.NewFromConfig(cfg),
		eventbridge.NewFromConfig(cfg), ecs.NewFromConfig(cfg),
	}
}

// start gives a server that settles at once, unless opts say otherwise, and clients that call it without a socket.
func start(t *testing.T, opts Options) (*Server, clients) {
	t.Helper()
	if opts.Delays == nil {
		opts.Delays = &Delays{}
	}
	s := New(opts)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	cfg := s.Config()
	cfg.RetryMaxAttempts = 1
	return s, clientsOf(cfg)
}

// zipOf makes a zip with a bootstrap of these bytes.
func zipOf(t *testing.T, bootstrap []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	header := &zip.FileHeader{Name: "bootstrap"}
	header.SetMode(0o755)
	w, err := z.CreateHeader(header)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(bootstrap); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

// codeOf is the code of AWS's error, "" where there is none.
func codeOf(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	var garbled *smithy.DeserializationError
	switch {
	case errors.As(err, &garbled):
		return "no AWS answer"
	case err != nil:
		return err.Error()
	}
	return ""
}

func TestServerAnswersOverHTTP(t *testing.T) {
	s, _ := start(t, Options{})
	web := httptest.NewServer(s)
	defer web.Close()
	cfg := s.Config()
	cfg.HTTPClient, cfg.BaseEndpoint = web.Client(), aws.String(web.URL)
	who, err := clientsOf(cfg).sts.GetCallerIdentity(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := aws.ToString(who.Arn); got != "arn:aws:iam::111122223333:user/local" {
		t.Error(got)
	}
}
