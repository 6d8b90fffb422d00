package session

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"

	"github.com/spothandler/spothandler/internal/apperr"
)

// Each of the SDK's errors about credentials is given a code. Cases that need an AWS service are tested here,
// the others in the scripts.
func TestExplainCredentials(t *testing.T) {
	refused := func(code string) error { return &smithy.GenericAPIError{Code: code, Message: "no"} }
	for _, test := range []struct {
		name string
		err  error
		code string
	}{
		{"legacy SSO", &ssocreds.InvalidTokenError{}, codeSSOExpired},
		{"SSO token refused at its renewal", fmt.Errorf("refresh cached SSO token failed, %w", refused("InvalidGrantException")), codeSSOExpired},
		{"SSO without a network", errors.New("refresh cached SSO token failed, dial tcp: no such host"), apperr.CodeFailed},
		{"nothing anywhere", errors.New("no EC2 IMDS role found, operation error ec2imds"), codeNoCredentials},
		{"expired, as STS says it", refused("ExpiredToken"), codeExpiredCredentials},
		{"expired, as others say it", refused("ExpiredTokenException"), codeExpiredCredentials},
		{"unknown key", refused("InvalidClientTokenId"), "invalid_credentials"},
		{"clock", refused("SignatureDoesNotMatch"), "invalid_credentials"},
		{"something else", refused("Throttling"), apperr.CodeFailed},
		{"Ctrl-C", context.Canceled, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := &Source{Options: Options{Getenv: os.Getenv, Command: "spothandler status"}}
			got := s.explainCredentials("finding", "eu-west-1", test.err)
			if !errors.Is(got, test.err) {
				t.Errorf("the cause is lost: %v", got)
			}
			known, ok := errors.AsType[*apperr.Error](got)
			if ok != (test.code != "") || ok && known.Code != test.code {
				t.Errorf("%v", got)
			}
			if ok && known.Code != apperr.CodeFailed && len(known.Hints) == 0 {
				t.Error("no hint")
			}
		})
	}
}

// The errors and hints for failing credentials and networks.
func TestOpenExplains(t *testing.T) {
	refuse := func(code, message string) func(*http.Request) (*http.Response, error) {
		return func(*http.Request) (*http.Response, error) { return stsError(http.StatusForbidden, code, message), nil }
	}
	fail := func(err error) func(*http.Request) (*http.Response, error) {
		return func(r *http.Request) (*http.Response, error) {
			return nil, &url.Error{Op: "Post", URL: r.URL.String(), Err: err}
		}
	}
	wrongClock := func(*http.Request) (*http.Response, error) {
		refused := stsError(http.StatusForbidden, "SignatureDoesNotMatch", "Signature expired")
		refused.Header.Set("Date", time.Now().Add(15*time.Minute).UTC().Format(http.TimeFormat))
		return refused, nil
	}
	token := identityToken(t, `{"iss":"https://token.actions.githubusercontent.com","sub":"repo:acme/shop:ref:refs/heads/main","aud":"sts.amazonaws.com"}`)
	web := map[string]string{
		"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "",
		"AWS_WEB_IDENTITY_TOKEN_FILE": token, "AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/deployer",
	}
	for _, test := range []struct {
		name, config string
		env          map[string]string
		options      Options
		region       string
		wire         func(*http.Request) (*http.Response, error)
		message      string
		detail       string // one of the lines
		hint         string // prefix of the first hint
	}{
		{
			name: "a clock that is wrong", wire: wrongClock,
			message: "AWS rejected these credentials in eu-west-1: SignatureDoesNotMatch",
			detail:  `AWS reports: "Signature expired".`, hint: "set this computer's clock: it is 15m0s behind AWS's",
		},
		{
			name: "a Region that the account has to enable", region: "af-south-1", wire: refuse("InvalidClientTokenId", "The security token included in the request is invalid"),
			message: "AWS rejected these credentials in af-south-1: InvalidClientTokenId",
			hint:    "aws account get-region-opt-status --region-name af-south-1",
		},
		{
			name: "credentials that are unknown", wire: refuse("InvalidClientTokenId", "The security token included in the request is invalid"),
			message: "AWS rejected these credentials in eu-west-1: InvalidClientTokenId",
			hint:    "aws sts get-caller-identity",
		},
		{
			name: "a Region that does not exist", region: "eu-wset-1",
			wire:    fail(&net.DNSError{Err: "no such host", Name: "sts.eu-wset-1.amazonaws.com", IsNotFound: true}),
			message: "no address found for AWS in Region eu-wset-1", detail: "The call was sts:GetCallerIdentity.", hint: "--region eu-west-1",
		},
		{
			name: "a Region that exists, and no names", wire: fail(&net.DNSError{Err: "no such host", Name: "sts.eu-west-1.amazonaws.com", IsNotFound: true}),
			message: "no address found for AWS in Region eu-west-1", hint: "check the Region's name, and that this computer resolves host names",
		},
		{
			name: "an endpoint whose host has no address", env: map[string]string{"AWS_ENDPOINT_URL": "http://local-aws:4566"},
			wire:    fail(&net.DNSError{Err: "no such host", Name: "local-aws", IsNotFound: true}),
			message: "identifying the caller: no response from local-aws:4566: lookup local-aws: no such host", hint: "check the Region's name, and that this computer resolves host names",
		},
		{
			name: "a local AWS that was stopped", env: map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:4599"},
			wire:    fail(&net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}),
			message: "identifying the caller: nothing is listening at 127.0.0.1:4599", hint: "unset AWS_ENDPOINT_URL",
		},
		{
			name: "an endpoint elsewhere that refuses", env: map[string]string{"AWS_ENDPOINT_URL": "http://10.0.0.1:4599"},
			wire:    fail(&net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}),
			message: "identifying the caller: no response from 10.0.0.1:4599: dial tcp: connection refused", hint: "check the network",
		},
		{
			name: "a proxy that lets nothing through", wire: fail(&net.OpError{Op: "proxyconnect", Net: "tcp", Err: errors.New("connection refused")}),
			message: "identifying the caller: no response from sts.eu-west-1.amazonaws.com: proxyconnect tcp: connection refused", hint: "check the proxy in HTTPS_PROXY",
		},
		{
			name: "a clock that is years behind", wire: fail(&tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Reason: x509.Expired, Detail: "current time is before"}}),
			message: "identifying the caller: no response from sts.eu-west-1.amazonaws.com: tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time is before",
			hint:    "check this computer's clock: it shows ",
		},
		{
			name: "a web identity that the trust policy does not allow", env: web, wire: refuse("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"),
			message: "assuming arn:aws:iam::111122223333:role/deployer with a web identity: access denied",
			detail:  "The token's provider is https://token.actions.githubusercontent.com, its subject repo:acme/shop:ref:refs/heads/main, its audience sts.amazonaws.com.",
			hint:    "the role's trust policy must allow sts:AssumeRoleWithWebIdentity",
		},
		{
			name: "a web identity of a provider that IAM does not know", env: web, wire: refuse("InvalidIdentityToken", "No OpenIDConnect provider found in your account"),
			message: "assuming arn:aws:iam::111122223333:role/deployer with a web identity: InvalidIdentityToken",
			hint:    "aws iam list-open-id-connect-providers",
		},
		{
			name: "a web identity that is over", env: web, wire: refuse("ExpiredTokenException", "Token expired"),
			message: "assuming arn:aws:iam::111122223333:role/deployer with a web identity: ExpiredTokenException",
			hint:    "get a new token, then run spothandler status",
		},
		{
			name: "an MFA code that is wrong", config: mfaProfile,
			options: Options{Profile: "corp", AskCode: func(context.Context, string) (string, error) { return "000000", nil }},
			wire:    refuse("AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code."),
			message: "assuming the role of profile corp: access denied", hint: "spothandler status   again, with the device's next code",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			home(t, test.config, test.env)
			region := test.region
			if region == "" {
				region = "eu-west-1"
			}
			test.options.HTTPClient, test.options.Command = &wire{before: test.wire}, "spothandler status"
			t.Setenv("AWS_MAX_ATTEMPTS", "1") // retries take time
			_, err := loaded(t, test.options).Open(t.Context(), region, Observer{})
			wantError(t, err, test.message, test.detail, test.hint)
		})
	}
}

// wantError checks an error: its message, one line of its details, and the beginning of its first hint.
func wantError(t *testing.T, err error, message, detail, hint string) {
	t.Helper()
	known, ok := errors.AsType[*apperr.Error](err)
	switch {
	case !ok || known.Message != message:
		t.Errorf("got %v, want %s", err, message)
	case detail != "" && !slices.Contains(known.Detail, detail):
		t.Errorf("the details are %q", known.Detail)
	case !slices.Contains(known.Detail, unchanged):
		t.Errorf("the details do not say that nothing was changed: %q", known.Detail)
	case len(known.Hints) == 0 || !strings.HasPrefix(known.Hints[0], hint):
		t.Errorf("the hints are %q", known.Hints)
	}
}

// Invalid values in the environment and the files are reported before any call, with the accepted values.
func TestLoadExplains(t *testing.T) {
	for _, test := range []struct {
		name, config string
		env          map[string]string
		message      string
		hint         string
	}{
		{
			"a retry mode of the AWS CLI's", "",
			map[string]string{"AWS_RETRY_MODE": "legacy"},
			"reading the AWS configuration: invalid AWS_RETRY_MODE value, unknown RetryMode, legacy", "export AWS_RETRY_MODE=standard",
		},
		{
			"the same in the profile", "[default]\nretry_mode = legacy\n", nil,
			"reading the AWS configuration: error fetching config from profile, default, failed to load retry_mode from shared config, unknown RetryMode, legacy", "aws configure set retry_mode standard",
		},
		{
			"a CA bundle that is none", "",
			map[string]string{"AWS_CA_BUNDLE": os.DevNull},
			"reading the AWS configuration: failed to load custom CA bundle PEM file", "AWS_CA_BUNDLE, or ca_bundle in the profile, names a file of certificates",
		},
		{
			"a source profile that is not there", "[default]\nrole_arn = arn:aws:iam::111122223333:role/x\nsource_profile = gone\n", nil,
			"the AWS profile gone is not in ~/.aws", "aws configure list-profiles",
		},
		{
			"an endpoint that is no URL", "",
			map[string]string{"AWS_ENDPOINT_URL": "user:hunter2@local-aws:4566"},
			"the endpoint ***@local-aws:4566 is not a URL of a host", "export AWS_ENDPOINT_URL=http://HOST:PORT",
		},
		{
			"an endpoint with a bad password", "",
			map[string]string{"AWS_ENDPOINT_URL": "http://user:hunter 2@local-aws:4566"},
			"the endpoint ***@local-aws:4566 is not a URL of a host", "export AWS_ENDPOINT_URL=http://HOST:PORT",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			home(t, test.config, test.env)
			_, err := Load(t.Context(), Options{Getenv: os.Getenv, Command: "spothandler status"})
			wantError(t, err, test.message, "", test.hint)
		})
	}
}

// A proxy that inspects TLS uses certificates of its own: the error names the variable that solves it.
func TestInspectingProxy(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, responseTo(r.FormValue("Action")).Body)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // the failed handshake
	server.StartTLS()
	defer server.Close()
	env := map[string]string{"AWS_ENDPOINT_URL": server.URL}
	home(t, "", env)
	_, err := loaded(t, Options{}).Open(t.Context(), "eu-west-1", Observer{})
	host := strings.TrimPrefix(server.URL, "https://")
	wantError(t, err, "identifying the caller: no response from "+host+": tls: failed to verify certificate: x509: certificate signed by unknown authority", "", "export AWS_CA_BUNDLE=FILE")

	bundle := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(bundle, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	home(t, "", with(env, "AWS_CA_BUNDLE", bundle))
	if _, err := loaded(t, Options{}).Open(t.Context(), "eu-west-1", Observer{}); err != nil {
		t.Errorf("%v", err)
	}
}
