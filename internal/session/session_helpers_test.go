package session

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/testaws"
)

// wire replaces the network and the parts of AWS that provide credentials and identify the caller. It works
// with virtual time.
type wire struct {
	// before is called with each request. Unless both results are nil, they are the response.
	before func(*http.Request) (*http.Response, error)

	mu    sync.Mutex
	calls []string // "POST sts.eu-west-1.amazonaws.com AssumeRole"
}

// Do handles a request.
func (w *wire) Do(r *http.Request) (*http.Response, error) {
	var form url.Values
	if w.before != nil {
		if response, err := w.before(r); response != nil || err != nil {
			return response, err
		}
	}
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		form, _ = url.ParseQuery(string(body)) // a body that is not a form has no action
	}
	action := form.Get("Action")
	if action == "" {
		action = r.URL.Path
	}
	w.mu.Lock()
	w.calls = append(w.calls, r.Method+" "+r.URL.Host+" "+action)
	w.mu.Unlock()
	return responseTo(action), nil
}

// seen returns how often a call was made, by its action.
func (w *wire) seen(action string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, call := range w.calls {
		if strings.HasSuffix(call, " "+action) {
			n++
		}
	}
	return n
}

func responseTo(action string) *http.Response {
	expires := time.Now().Add(time.Hour).UTC()
	credentials := fmt.Sprintf("<Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken><Expiration>%s</Expiration></Credentials>", expires.Format(time.RFC3339))
	switch action {
	case "AssumeRole", "AssumeRoleWithWebIdentity":
		return response(http.StatusOK, fmt.Sprintf("<%[1]sResponse><%[1]sResult>%[2]s</%[1]sResult></%[1]sResponse>", action, credentials))
	case "GetCallerIdentity":
		return response(http.StatusOK, "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account><Arn>arn:aws:iam::111122223333:user/ana</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>")
	case "/federation/credentials", "/base/federation/credentials":
		return response(http.StatusOK, fmt.Sprintf(`{"roleCredentials":{"accessKeyId":"ASIASSO","secretAccessKey":"secret","sessionToken":"token","expiration":%d}}`, expires.UnixMilli()))
	}
	return response(http.StatusOK, "{}")
}

func response(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

// stsError is an error response of STS.
func stsError(status int, code, message string) *http.Response {
	return response(status, fmt.Sprintf("<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>", code, message))
}

// neverResponds never responds, like a firewall that drops packets.
func neverResponds(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, &url.Error{Op: "Post", URL: r.URL.String(), Err: r.Context().Err()}
}

// Profiles with each type of credentials.
const (
	roleProfile = `[profile corp]
region = eu-west-1
role_arn = arn:aws:iam::111122223333:role/deployer
source_profile = base
[profile base]
aws_access_key_id = AKIABASE
aws_secret_access_key = secret
`
	mfaProfile = `[profile corp]
region = eu-west-1
role_arn = arn:aws:iam::111122223333:role/deployer
source_profile = base
mfa_serial = arn:aws:iam::111122223333:mfa/ana
[profile base]
aws_access_key_id = AKIABASE
aws_secret_access_key = secret
`
	ssoProfile = `[profile corp]
region = eu-west-1
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Admin
[sso-session corp]
sso_region = eu-west-1
sso_start_url = https://corp.awsapps.com/start
`
)

// home sets up a home directory with this ~/.aws/config and a valid SSO session.
func home(t *testing.T, config string, env map[string]string) {
	t.Helper()
	testaws.SetHome(t, config, env)
	folder := t.TempDir()
	t.Setenv("HOME", folder)
	t.Setenv("USERPROFILE", folder)
	cache := filepath.Join(folder, ".aws", "sso", "cache")
	if err := os.MkdirAll(cache, 0o700); err != nil {
		t.Fatal(err)
	}
	const token = `{"accessToken":"signed-in","expiresAt":"2126-01-01T00:00:00Z","region":"eu-west-1","startUrl":"https://corp.awsapps.com/start"}`
	if err := os.WriteFile(filepath.Join(cache, "ee0bfd2552fbd840c02cc48b6e823320543c450f.json"), []byte(token), 0o600); err != nil { // SHA-1 of "corp"
		t.Fatal(err)
	}
}

// identityToken writes a web identity token with these claims and returns its path.
func identityToken(t *testing.T, claims string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "token")
	part := base64.RawURLEncoding.EncodeToString
	token := part([]byte(`{"alg":"RS256"}`)) + "." + part([]byte(claims)) + "." + part([]byte("signature"))
	if err := os.WriteFile(file, []byte(token), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// notices collects the notices about waiting.
type notices struct {
	mu    sync.Mutex
	texts []string
}

func (n *notices) add(what string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.texts = append(n.texts, what)
}

func (n *notices) want(t *testing.T, want ...string) {
	t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	if !slices.Equal(n.texts, want) {
		t.Errorf("got %q, want %q", n.texts, want)
	}
}
