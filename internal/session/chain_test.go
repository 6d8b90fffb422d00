package session

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/spothandler/spothandler/internal/apperr"
)

// Each call that obtains credentials uses the same endpoints as the SDK's other calls, as in the AWS CLI: a
// token intended for a local AWS must not reach the real one.
func TestEndpointsApplyToCredentials(t *testing.T) {
	webIdentity := map[string]string{
		"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "",
		"AWS_WEB_IDENTITY_TOKEN_FILE": identityToken(t, `{}`), "AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/deployer",
	}
	for _, test := range []struct {
		name    string
		config  string
		env     map[string]string
		options Options
		want    []string
	}{
		{"AWS's own", roleProfile, nil, Options{Profile: "corp"}, []string{
			"POST sts.eu-west-1.amazonaws.com AssumeRole", "POST sts.eu-west-1.amazonaws.com GetCallerIdentity",
		}},
		{"a role profile, by AWS_ENDPOINT_URL", roleProfile, map[string]string{"AWS_ENDPOINT_URL": "http://all"}, Options{Profile: "corp"}, []string{
			"POST all AssumeRole", "POST all GetCallerIdentity",
		}},
		{"a role profile, by STS's own variable", roleProfile, map[string]string{"AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT_URL_STS": "http://sts"}, Options{Profile: "corp"}, []string{
			"POST sts AssumeRole", "POST sts GetCallerIdentity",
		}},
		{"a role profile, by the profile", strings.Replace(roleProfile, "region", "endpoint_url = http://profile\nregion", 1), nil, Options{Profile: "corp"}, []string{
			"POST profile AssumeRole", "POST profile GetCallerIdentity",
		}},
		{"a role profile, by the profile's services", strings.Replace(roleProfile, "region", "services = mine\nregion", 1) + "[services mine]\nsts =\n  endpoint_url = http://mine\n", nil, Options{Profile: "corp"}, []string{
			"POST mine AssumeRole", "POST mine GetCallerIdentity",
		}},
		{"a role profile, ignored", roleProfile, map[string]string{"AWS_ENDPOINT_URL": "http://all", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, Options{Profile: "corp"}, []string{
			"POST sts.eu-west-1.amazonaws.com AssumeRole", "POST sts.eu-west-1.amazonaws.com GetCallerIdentity",
		}},
		{"a web identity", "", with(webIdentity, "AWS_ENDPOINT_URL", "http://all"), Options{}, []string{
			"POST all AssumeRoleWithWebIdentity", "POST all GetCallerIdentity",
		}},
		{"SSO", ssoProfile, map[string]string{"AWS_ENDPOINT_URL": "http://all/base/"}, Options{Profile: "corp"}, []string{
			"GET all /base/federation/credentials", "POST all GetCallerIdentity",
		}},
		{"SSO's own variable", ssoProfile, map[string]string{"AWS_ENDPOINT_URL_SSO": "http://sso/base"}, Options{Profile: "corp"}, []string{
			"GET sso /base/federation/credentials", "POST sts.eu-west-1.amazonaws.com GetCallerIdentity",
		}},
		{"--role-arn after a role profile", roleProfile, map[string]string{"AWS_ENDPOINT_URL": "http://all"}, Options{Profile: "corp", RoleARN: "arn:aws:iam::999988887777:role/deployer"}, []string{
			"POST all AssumeRole", "POST all AssumeRole", "POST all GetCallerIdentity",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			home(t, test.config, test.env)
			w := &wire{}
			test.options.HTTPClient = w
			if _, err := loaded(t, test.options).Open(t.Context(), "eu-west-1", Observer{}); err != nil {
				t.Error(err)
			}
			if !slices.Equal(w.calls, test.want) {
				t.Errorf("%q", w.calls)
			}
		})
	}
}

func with(env map[string]string, name, value string) map[string]string {
	copied := map[string]string{name: value}
	for name, value := range env {
		copied[name] = value
	}
	return copied
}

// The call log shows the calls that obtain credentials, too.
func TestCredentialCallsAreLogged(t *testing.T) {
	home(t, roleProfile, nil)
	var log bytes.Buffer
	w := &wire{}
	if _, err := loaded(t, Options{Profile: "corp", HTTPClient: w, Observer: Observer{Calls: &log}}).Open(t.Context(), "eu-west-1", Observer{Calls: &log}); err != nil {
		t.Fatal(err)
	}
	if text := log.String(); !strings.Contains(text, "sts:AssumeRole ok\n") || !strings.Contains(text, "sts:GetCallerIdentity ok\n") {
		t.Errorf("the log is\n%s", text)
	}
}

// Sessions in several Regions share the credentials: the role is assumed once and the MFA code requested
// once, and again only when the credentials have expired.
func TestCredentialsAreShared(t *testing.T) {
	home(t, mfaProfile, nil)
	synctest.Test(t, func(t *testing.T) {
		w := &wire{}
		var asked []string
		source := loaded(t, Options{Profile: "corp", Regions: []string{"eu-west-1", "us-east-1"}, HTTPClient: w, AskCode: func(_ context.Context, device string) (string, error) {
			asked = append(asked, device)
			return "123456", nil
		}})
		var group sync.WaitGroup
		for _, region := range []string{"eu-west-1", "us-east-1", "sa-east-1"} {
			group.Go(func() {
				if _, err := source.Open(t.Context(), region, Observer{}); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if !slices.Equal(asked, []string{"arn:aws:iam::111122223333:mfa/ana"}) || w.seen("AssumeRole") != 1 || w.seen("GetCallerIdentity") != 3 {
			t.Errorf("asked for %q, calls %q", asked, w.calls)
		}
		time.Sleep(2 * time.Hour)
		if _, err := source.Open(t.Context(), "eu-west-1", Observer{}); err != nil || len(asked) != 2 || w.seen("AssumeRole") != 2 {
			t.Errorf("%v, asked for %q, calls %q", err, asked, w.calls)
		}
	})
}

// Credentials that expire during a command are renewed; if that fails, the error says so.
func TestCredentialsExpireDuringCommand(t *testing.T) {
	home(t, roleProfile, nil)
	synctest.Test(t, func(t *testing.T) {
		w := &wire{}
		s, err := loaded(t, Options{Profile: "corp", HTTPClient: w}).Open(t.Context(), "eu-west-1", Observer{})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if err := s.identify(t.Context()); err != nil || w.seen("AssumeRole") != 2 {
			t.Errorf("%v after %q", err, w.calls)
		}
		time.Sleep(time.Hour)
		w.before = func(*http.Request) (*http.Response, error) {
			return stsError(http.StatusForbidden, "ExpiredToken", "The security token included in the request is expired"), nil
		}
		err = apperr.Explain("creating function f", "", s.identify(t.Context()))
		if known, ok := errors.AsType[*apperr.Error](err); !ok || known.Code != codeExpiredCredentials || slices.Contains(known.Detail, unchanged) {
			t.Errorf("%+v", err)
		}
	})
}

// A profile that needs an MFA code fails before any call if the code cannot be requested.
func TestNoPromptForMFACode(t *testing.T) {
	home(t, mfaProfile, nil)
	_, err := Load(t.Context(), Options{Profile: "corp", Getenv: func(string) string { return "" }, Command: "spothandler status"})
	want := "profile corp requires an MFA code, and there is no terminal to ask on"
	if known, ok := errors.AsType[*apperr.Error](err); !ok || known.Code != codeNeedsCode || known.Message != want {
		t.Errorf("%v", err)
	}
}

// Typing an MFA code may take long: no timeout applies and no notice is printed meanwhile. A credential
// process has no time limit but its own.
func TestNoTimeoutForPromptsAndProcesses(t *testing.T) {
	home(t, mfaProfile, nil)
	synctest.Test(t, func(t *testing.T) {
		reported := &notices{}
		source := loaded(t, Options{Profile: "corp", HTTPClient: &wire{}, Observer: Observer{Waiting: reported.add}, AskCode: func(context.Context, string) (string, error) {
			time.Sleep(5 * time.Minute)
			return "123456", nil
		}})
		if _, err := source.Open(t.Context(), "eu-west-1", Observer{Waiting: reported.add}); err != nil {
			t.Error(err)
		}
		reported.want(t)
	})
	home(t, "[profile corp]\nregion = eu-west-1\ncredential_process = login\n", nil)
	synctest.Test(t, func(t *testing.T) {
		reported := &notices{}
		source := loaded(t, Options{Profile: "corp", HTTPClient: &wire{}, Observer: Observer{Waiting: reported.add}})
		source.cfg.Credentials = aws.NewCredentialsCache(aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			time.Sleep(time.Minute)
			return aws.Credentials{AccessKeyID: "ASIAPROCESS", SecretAccessKey: "secret"}, nil
		}))
		if _, err := source.Open(t.Context(), "eu-west-1", Observer{Waiting: reported.add}); err != nil {
			t.Error(err)
		}
		reported.want(t, "the credential_process of profile corp")
	})
}

// A credential source that does not respond is reported after ten seconds, and Ctrl-C ends the wait
// immediately.
func TestCredentialSourceTimeout(t *testing.T) {
	role := map[string]string{"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
	for _, test := range []struct {
		name, config string
		env          map[string]string
		call, host   string
	}{
		{"a role profile", roleProfile, nil, "sts:AssumeRole", "sts.eu-west-1.amazonaws.com"},
		{"SSO", ssoProfile, nil, "sso:GetRoleCredentials", "portal.sso.eu-west-1.amazonaws.com"},
		{"a web identity", "[profile corp]\nregion = eu-west-1\nrole_arn = arn:aws:iam::111122223333:role/deployer\nweb_identity_token_file = " + identityToken(t, `{}`) + "\n", role, "sts:AssumeRoleWithWebIdentity", "sts.eu-west-1.amazonaws.com"},
	} {
		t.Run(test.name, func(t *testing.T) {
			home(t, test.config, test.env)
			synctest.Test(t, func(t *testing.T) {
				reported := &notices{}
				source := loaded(t, Options{Profile: "corp", HTTPClient: &wire{before: neverResponds}, Observer: Observer{Waiting: reported.add}})
				started := time.Now()
				_, err := source.Open(t.Context(), "eu-west-1", Observer{})
				want := &apperr.Error{
					Code:    apperr.CodeFailed,
					Message: "finding AWS credentials: no response from " + test.host + " within 10s",
					Detail:  []string{"The call was " + test.call + ".", unchanged},
				}
				if took := time.Since(started); took != 10*time.Second {
					t.Errorf("it took %s", took)
				}
				if known, ok := errors.AsType[*apperr.Error](err); !ok || known.Message != want.Message || !slices.Equal(known.Detail, want.Detail) {
					t.Errorf("%+v", err)
				}
				reported.want(t, test.call+" at "+test.host)

				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				time.AfterFunc(3*time.Second, cancel)
				_, err = source.Open(ctx, "eu-west-1", Observer{})
				if err == nil || err.Error() != "interrupted: nothing was changed" {
					t.Errorf("%v", err)
				}
				time.Sleep(time.Minute) // the SDK waits for a call that other sessions may need
			})
		})
	}
}

// Instance metadata is requested for as long as the AWS CLI's variables say, by default one second.
func TestMetadataTimeout(t *testing.T) {
	none := map[string]string{"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
	for _, test := range []struct {
		name  string
		env   map[string]string
		limit time.Duration
	}{
		{"default", none, 4 * time.Second},
		{"AWS_METADATA_SERVICE_TIMEOUT", with(none, "AWS_METADATA_SERVICE_TIMEOUT", "30"), time.Minute},
		{"AWS_METADATA_SERVICE_NUM_ATTEMPTS", with(none, "AWS_METADATA_SERVICE_NUM_ATTEMPTS", "5"), 30 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			home(t, "", test.env)
			synctest.Test(t, func(t *testing.T) {
				source := loaded(t, Options{HTTPClient: &wire{before: neverResponds}})
				started := time.Now()
				_, err := source.Open(t.Context(), "eu-west-1", Observer{})
				if took := time.Since(started); took > test.limit || took < test.limit/3 {
					t.Errorf("it took %s", took)
				}
				if known, ok := errors.AsType[*apperr.Error](err); !ok || known.Code != codeNoCredentials {
					t.Errorf("%+v", err)
				}
			})
		})
	}
}
