package localaws

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// send makes a call with these headers, unlike an AWS client.
func send(t *testing.T, url, path, host, origin, authorization string) (status int, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+path, strings.NewReader("Action=GetCallerIdentity"))
	if err != nil {
		t.Fatal(err)
	}
	r.Host = host
	if origin != "" {
		r.Header.Set("Origin", origin)
	}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

func signedWith(key string) string {
	return "AWS4-HMAC-SHA256 Credential=" + key + "/20260102/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0"
}

func TestWebPagesAndOtherUsersAreRefused(t *testing.T) {
	s, _ := start(t, Options{AccessKey: "AKIATHEONE"})
	if err := s.Seed(Service{Cluster: "shop", Name: "api", Desired: 1}); err != nil {
		t.Fatal(err)
	}
	url, err := s.URL()
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := strings.Cut(strings.TrimPrefix(url, "http://"), ":")
	const interrupt = "/_local/interrupt?cluster=shop&service=api"
	for name, tt := range map[string]struct {
		path, host, origin, key string
		want                    int
	}{
		"the user, by address":         {"/", "127.0.0.1:" + port, "", "AKIATHEONE", 200},
		"the user, by name":            {"/", "LocalHost:" + port, "", "AKIATHEONE", 200},
		"the user, by IPv6":            {"/", "[::1]:" + port, "", "AKIATHEONE", 200},
		"the user, without a port":     {"/", "[::1]", "", "AKIATHEONE", 200},
		"a name below localhost":       {"/", "aws.localhost:" + port, "", "AKIATHEONE", 200},
		"a rebound name":               {"/", "evil.example:" + port, "", "AKIATHEONE", 403},
		"a rebound name like ours":     {"/", "localhost.evil.example", "", "AKIATHEONE", 403},
		"a rebound name with our IP":   {"/", "127.0.0.1.evil.example", "", "AKIATHEONE", 403},
		"another address":              {"/", "192.0.2.1:" + port, "", "AKIATHEONE", 403},
		"every address":                {"/", "0.0.0.0:" + port, "", "AKIATHEONE", 403},
		"a page":                       {"/", "127.0.0.1:" + port, "https://evil.example", "AKIATHEONE", 403},
		"a page of no origin":          {"/", "127.0.0.1:" + port, "null", "AKIATHEONE", 403},
		"another key":                  {"/", "127.0.0.1:" + port, "", "local", 403},
		"a longer key":                 {"/", "127.0.0.1:" + port, "", "AKIATHEONE1", 403},
		"no key":                       {"/", "127.0.0.1:" + port, "", "", 403},
		"interrupting with no key":     {interrupt, "127.0.0.1:" + port, "", "", 403},
		"interrupting, another key":    {interrupt, "127.0.0.1:" + port, "", "local", 403},
		"interrupting, a page":         {interrupt, "127.0.0.1:" + port, "https://evil.example", "AKIATHEONE", 403},
		"interrupting, a rebound name": {interrupt, "evil.example", "", "AKIATHEONE", 403},
		"interrupting as the user":     {interrupt, "127.0.0.1:" + port, "", "AKIATHEONE", 200},
	} {
		t.Run(name, func(t *testing.T) {
			authorization := ""
			if tt.key != "" {
				authorization = signedWith(tt.key)
			}
			if status, body := send(t, url, tt.path, tt.host, tt.origin, authorization); status != tt.want {
				t.Errorf("%d %s, want %d", status, body, tt.want)
			}
		})
	}
}

// A server that another program mounts is protected like its own listener.
func TestMountedServerIsGuarded(t *testing.T) {
	s, _ := start(t, Options{})
	web := httptest.NewServer(s)
	defer web.Close()
	if status, body := send(t, web.URL, "/", "evil.example", "", signedWith("any")); status != http.StatusForbidden || !strings.Contains(body, "loopback names only") {
		t.Errorf("%d %s", status, body)
	}
}

func TestUnknownKeyErrorOfEachService(t *testing.T) {
	s, own := start(t, Options{AccessKey: NewAccessKey()})
	if _, err := own.sts.GetCallerIdentity(t.Context(), nil); err != nil {
		t.Error("the server's own client:", err)
	}
	cfg := s.Config()
	cfg.Credentials, cfg.RetryMaxAttempts = credentials.NewStaticCredentialsProvider(NewAccessKey(), "local", ""), 1
	c := clientsOf(cfg)
	for service, call := range map[string]func() error{
		"sts: InvalidClientTokenId": func() error {
			_, err := c.sts.GetCallerIdentity(t.Context(), nil)
			return err
		},
		"lambda: UnrecognizedClientException": func() error {
			_, err := c.lambda.GetFunction(t.Context(), &lambda.GetFunctionInput{FunctionName: aws.String("f")})
			return err
		},
		"logs: UnrecognizedClientException": func() error {
			_, err := c.logs.DescribeLogGroups(t.Context(), nil)
			return err
		},
	} {
		if _, want, _ := strings.Cut(service, ": "); codeOf(call()) != want {
			t.Errorf("%s: %v", service, call())
		}
	}
}
