package session

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/spothandler/spothandler/internal/testaws"
)

func loaded(t *testing.T, options Options) *Source {
	t.Helper()
	options.Getenv, options.Version = os.Getenv, "1.2.3"
	source, err := Load(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// Each call has six attempts, unless the environment or the profile overrides it; likewise for the retry
// mode.
func TestRetrySettings(t *testing.T) {
	for _, test := range []struct {
		name, config string
		env          map[string]string
		attempts     int
		mode         aws.RetryMode
	}{
		{"nothing said", "", nil, 6, ""},
		{"environment", "", map[string]string{"AWS_MAX_ATTEMPTS": "2", "AWS_RETRY_MODE": "adaptive"}, 2, aws.RetryModeAdaptive},
		{"profile", "[default]\nmax_attempts = 9\nretry_mode = adaptive\n", nil, 9, aws.RetryModeAdaptive},
		{"environment before profile", "[default]\nmax_attempts = 9\n", map[string]string{"AWS_MAX_ATTEMPTS": "2"}, 2, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			testaws.SetHome(t, test.config, test.env)
			if cfg := loaded(t, Options{}).cfg; cfg.RetryMaxAttempts != test.attempts || cfg.RetryMode != test.mode {
				t.Errorf("%d attempts, mode %q", cfg.RetryMaxAttempts, cfg.RetryMode)
			}
		})
	}
}

// A role must be in the partition of every Region, which follows from the Region's name; an unknown name may be in
// any partition.
func TestRolePartition(t *testing.T) {
	testaws.SetHome(t, "", map[string]string{"AWS_REGION": "cn-north-1"})
	const role = "arn:aws-cn:iam::111122223333:role/deploy"
	for _, accepted := range [][]string{nil, {"cn-northwest-1"}, {"cn-north-1", "xy-new-1"}} {
		if _, err := Load(t.Context(), Options{RoleARN: role, Regions: accepted, Getenv: os.Getenv}); err != nil {
			t.Errorf("%v: %v", accepted, err)
		}
	}
	_, err := Load(t.Context(), Options{RoleARN: role, Regions: []string{"cn-north-1", "eu-west-1"}, Getenv: os.Getenv})
	if want := "--role-arn " + role + ": Region eu-west-1 is in partition aws, not aws-cn"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if _, err := Load(t.Context(), Options{RoleARN: strings.Replace(role, "aws-cn", "aws", 1), Getenv: os.Getenv}); err == nil {
		t.Error("the environment's Region is in China")
	}
}

// CloudTrail shows the tool and its version.
func TestUserAgent(t *testing.T) {
	testaws.SetHome(t, "", nil)
	var agent string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		agent = r.UserAgent()
		http.Error(w, "", http.StatusBadRequest)
	}))
	defer server.Close()
	cfg := loaded(t, Options{}).cfg
	cfg.BaseEndpoint = &server.URL
	_, _ = sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), nil)
	if !strings.Contains(agent, "app/spothandler-1.2.3") {
		t.Errorf("User-Agent: %s", agent)
	}
}

// Endpoints other than AWS's are shown, wherever the SDK takes them from.
func TestEndpointsAreShown(t *testing.T) {
	const services = "[default]\nservices = mine\n[services mine]\nlambda =\n  endpoint_url = http://lambda\n"
	for _, test := range []struct {
		name, config string
		env          map[string]string
		want         string
	}{
		{"none", "", nil, ""},
		{"environment", "", map[string]string{"AWS_ENDPOINT_URL": "http://all"}, "http://all"},
		{"one service's", "", map[string]string{"AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": "http://logs"}, "http://logs"},
		{"the more specific", "", map[string]string{"AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT_URL_EVENTBRIDGE": "http://events"}, "http://all http://events"},
		{"profile", "[default]\nendpoint_url = http://profile\n", nil, "http://profile"},
		{"one service's, in the profile", services, nil, "http://lambda"},
		{"ignored", services, map[string]string{"AWS_ENDPOINT_URL": "http://all", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			testaws.SetHome(t, test.config, test.env)
			if got := strings.Join((&Session{source: loaded(t, Options{})}).Endpoints(), " "); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}
