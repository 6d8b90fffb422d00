package localaws

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"net"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

// clients are one client for each service.
type clients struct {
	iam    *iam.Client
	sts    *sts.Client
	lambda *lambda.Client
	logs   *cloudwatchlogs.Client
	events *eventbridge.Client
	ecs    *ecs.Client

	tagging *resourcegroupstaggingapi.Client
	related relatedClients
}

func clientsOf(cfg aws.Config) clients {
	return clients{
		iam.NewFromConfig(cfg), sts.NewFromConfig(cfg), lambda.NewFromConfig(cfg), cloudwatchlogs.NewFromConfig(cfg),
		eventbridge.NewFromConfig(cfg), ecs.NewFromConfig(cfg), resourcegroupstaggingapi.NewFromConfig(cfg), relatedOf(cfg),
	}
}

// start returns a server without delays, unless opts sets them, and clients that call it without a socket.
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

// zipOf returns a zip with a bootstrap of these bytes.
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

// codeOf returns AWS's error code, or "" if err is nil.
func codeOf(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	var garbled *smithy.DeserializationError
	switch {
	case errors.As(err, &garbled):
		return "no AWS response"
	case err != nil:
		return err.Error()
	}
	return ""
}

func TestServerOverHTTP(t *testing.T) {
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

func TestServeEndsWithItsContext(t *testing.T) {
	s := New(Options{})
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error)
	go func() { served <- s.Serve(ctx, l) }()
	cfg := s.Config()
	cfg.HTTPClient, cfg.BaseEndpoint = nil, aws.String("http://"+l.Addr().String())
	if _, err := clientsOf(cfg).sts.GetCallerIdentity(t.Context(), nil); err != nil {
		t.Error(err)
	}
	cancel()
	if err := <-served; err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error("closing again:", err)
	}
}

func TestARegionHasItsPartitionAndResources(t *testing.T) {
	s, c := start(t, Options{})
	install(t, c, zipOf(t, nil), nil) // in us-east-1
	for region, want := range map[string]string{
		"eu-west-1":     "arn:aws:logs:eu-west-1:111122223333:log-group:g:*",
		"cn-north-1":    "arn:aws-cn:logs:cn-north-1:111122223333:log-group:g:*",
		"us-gov-west-1": "arn:aws-us-gov:logs:us-gov-west-1:111122223333:log-group:g:*",
	} {
		cfg := s.Config()
		cfg.Region = region
		c := clientsOf(cfg)
		if code := createAGroup(t, c, "g"); code != "" {
			t.Fatal(code)
		}
		out, err := c.logs.DescribeLogGroups(t.Context(), nil)
		if err != nil || len(out.LogGroups) != 1 || aws.ToString(out.LogGroups[0].Arn) != want {
			t.Errorf("%s: %v %v, want %s", region, out, err, want)
		}
	}
}

func TestUnsignedCallsAreRefused(t *testing.T) {
	s, _ := start(t, Options{})
	cfg := s.Config()
	cfg.Credentials, cfg.RetryMaxAttempts = aws.AnonymousCredentials{}, 1
	if _, err := clientsOf(cfg).logs.DescribeLogGroups(t.Context(), nil); codeOf(err) != "MissingAuthenticationToken" {
		t.Error(err)
	}
}
