package apperr

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// A proxy's page is not an answer of AWS, with any status and in any protocol of the SDK: in particular, a page
// with status 404 does not mean that the resource does not exist.
func TestResponseThatIsNotOfAWS(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name        string
		status      int
		contentType string
		body        string
		want        string
	}{
		{"a page of a captive portal", 200, "text/html; charset=utf-8", page, "the response (200, text/html) does not come from AWS"},
		{"a redirect to a page", 302, "text/html", page, "the response (302, text/html) does not come from AWS"},
		{"a page that forbids", 403, "text/html", page, "the response (403, text/html) does not come from AWS"},
		{"a page that is not found", 404, "text/html", page, "the response (404, text/html) does not come from AWS"},
		{"a page that can be retried", 503, "text/html", page, "the response (503, text/html) does not come from AWS"},
		{"a page that is XML", 403, "text/html", "<html><body>Blocked</body></html>", "the response (403, text/html) does not come from AWS"},
		{"another JSON", 403, "application/json", `{"error": "blocked"}`, "the response (403, application/json) does not come from AWS"},
		{"nothing", 502, "", "", "the response (502, without a content type) does not come from AWS"},
		{"text", 404, "not a type;;", "not found", "the response (404, without a content type) does not come from AWS"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for service, call := range calls(respond(t, test.status, test.contentType, test.body, nil)) {
				err := call(t.Context())
				if err == nil || IsNotFound(err) || IsAccessDenied(err) || IsThrottled(err) {
					t.Errorf("%s: %v", service, err)
					continue
				}
				if got := Plain(err); got != test.want {
					t.Errorf("%s: %s", service, got)
				}
				if hints := strings.Join(HintsFor(err), "\n"); !strings.Contains(hints, "proxy") || !strings.Contains(hints, "AWS_ENDPOINT_URL") {
					t.Errorf("%s: the hints are %q", service, hints)
				}
			}
		})
	}
}

// A response with a request id comes from AWS, even if the SDK cannot read it.
func TestUnreadableResponseOfAWS(t *testing.T) {
	t.Parallel()
	cfg := respond(t, 503, "text/html", page, http.Header{"X-Amzn-Requestid": {"1234"}})
	for service, call := range calls(cfg) {
		if got := Plain(call(t.Context())); got != "AWS's response (503, text/html) cannot be read" {
			t.Errorf("%s: %s", service, got)
		}
	}
}

// No response at all is not a foreign response.
func TestNoResponse(t *testing.T) {
	t.Parallel()
	web := httptest.NewServer(nil)
	host := web.Listener.Addr().String()
	web.Close()
	cfg := respond(t, 200, "", "", nil)
	cfg.BaseEndpoint = aws.String("http://" + host)
	for service, call := range calls(cfg) {
		if got := Plain(call(t.Context())); got != "nothing is listening at "+host {
			t.Errorf("%s: %s", service, got)
		}
	}
}

// The words of the SDK about its retries are not shown.
func TestRetriesAreNotShown(t *testing.T) {
	t.Parallel()
	cfg := respond(t, 500, "application/json", `{"__type": "ServerException", "message": "try later"}`, nil)
	if got := Plain(calls(cfg)["ecs"](t.Context())); got != "ServerException: try later" {
		t.Error(got)
	}
}

const page = `<!DOCTYPE html><html><head><meta charset="utf-8"><title>Blocked</title></head><body>Blocked<br></body></html>`

// respond returns the configuration of clients that get this response to every call.
func respond(t *testing.T, status int, contentType, body string, header http.Header) aws.Config {
	t.Helper()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = nil
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		for key, values := range header {
			w.Header()[key] = values
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(web.Close)
	return aws.Config{
		Region: "eu-central-1", BaseEndpoint: &web.URL, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "secret", ""),
	}
}

// calls returns a call in each of the SDK's protocols.
func calls(cfg aws.Config) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"iam": func(ctx context.Context) error {
			_, err := iam.NewFromConfig(cfg).GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String("x")})
			return err
		},
		"sts": func(ctx context.Context) error {
			_, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, nil)
			return err
		},
		"ecs": func(ctx context.Context) error {
			_, err := ecs.NewFromConfig(cfg).ListClusters(ctx, nil)
			return err
		},
		"logs": func(ctx context.Context) error {
			_, err := cloudwatchlogs.NewFromConfig(cfg).DescribeLogGroups(ctx, nil)
			return err
		},
		"lambda": func(ctx context.Context) error {
			_, err := lambda.NewFromConfig(cfg).GetFunction(ctx, &lambda.GetFunctionInput{FunctionName: aws.String("x")})
			return err
		},
	}
}
