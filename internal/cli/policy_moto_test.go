package cli_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/spothandler/spothandler/internal/testaws"
)

// motoAccount is the account of moto's users.
const motoAccount = "123456789012"

// enforcedMoto starts a moto server that enforces IAM policies. It checks only actions, so the policies are passed to it
// without resources and conditions, which are tested on localaws.
func enforcedMoto(t *testing.T) *enforced {
	t.Helper()
	url, stop, err := testaws.StartMoto(context.Background())
	if errors.Is(err, testaws.ErrNoMoto) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	signed := &signing{url: url, secrets: map[string]string{}}
	front := httptest.NewServer(signed)
	t.Cleanup(front.Close)
	e := &enforced{T: t, url: front.URL, callers: map[string]aws.Credentials{}}
	root := admins(url, aws.Credentials{AccessKeyID: "AKIAROOT", SecretAccessKey: "secret"}).IAM
	user := func(name, policy string) aws.Credentials {
		made := e.motoUser(root, name, policy)
		signed.secrets[made.AccessKeyID] = made.SecretAccessKey
		return made
	}
	e.unprivileged = user("nobody", "")
	e.admin = admins(front.URL, user("admin", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`))
	for _, arguments := range policyArguments() {
		e.callers[arguments] = user(strings.ReplaceAll(arguments, " ", ""), actionsAlone(t, e.printed(arguments, motoAccount)))
	}
	enforce, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/moto-api/reset-auth", strings.NewReader("0"))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(enforce)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("putting IAM in force: %v, %v", response, err)
	}
	_ = response.Body.Close()
	return e
}

// motoUser creates a user with a policy.
func (e *enforced) motoUser(root *iam.Client, name, policy string) aws.Credentials {
	e.Helper()
	_, err := root.CreateUser(e.Context(), &iam.CreateUserInput{UserName: &name})
	if err == nil && policy != "" {
		_, err = root.PutUserPolicy(e.Context(), &iam.PutUserPolicyInput{UserName: &name, PolicyName: &name, PolicyDocument: &policy})
	}
	if err != nil {
		e.Fatal(err)
	}
	key, err := root.CreateAccessKey(e.Context(), &iam.CreateAccessKeyInput{UserName: &name})
	if err != nil {
		e.Fatal(err)
	}
	return aws.Credentials{AccessKeyID: *key.AccessKey.AccessKeyId, SecretAccessKey: *key.AccessKey.SecretAccessKey}
}

// actionsAlone returns a policy with the resource * and without conditions.
func actionsAlone(t *testing.T, policy string) string {
	t.Helper()
	var document struct {
		Version   string
		Statement []map[string]any
	}
	if err := json.Unmarshal([]byte(policy), &document); err != nil {
		t.Fatal(err)
	}
	for _, statement := range document.Statement {
		statement["Resource"] = "*"
		delete(statement, "Condition")
	}
	text, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// signing is a proxy that signs every call again for moto, which accepts signatures of calls without a body only with the
// body's hash in a header.
type signing struct {
	url     string
	secrets map[string]string // by access key id; not written to once calls are made
}

// ServeHTTP signs and forwards a call.
func (s *signing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	onward, err := http.NewRequestWithContext(r.Context(), r.Method, s.url, bytes.NewReader(body))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	onward.URL.Path, onward.URL.RawQuery, onward.Header = r.URL.Path, r.URL.RawQuery, r.Header.Clone()
	_, credential, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	scope := strings.Split(credential, "/") // key/date/region/service/aws4_request
	caller := aws.Credentials{AccessKeyID: scope[0], SecretAccessKey: s.secrets[scope[0]]}
	hash := fmt.Sprintf("%x", sha256.Sum256(body))
	onward.Header.Del("Authorization")
	onward.Header.Set("X-Amz-Content-Sha256", hash)
	if err := v4.NewSigner().SignHTTP(r.Context(), caller, onward, hash, scope[3], scope[2], time.Now()); err != nil {
		panic(http.ErrAbortHandler)
	}
	response, err := http.DefaultTransport.RoundTrip(onward)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer func() { _ = response.Body.Close() }()
	maps.Copy(w.Header(), response.Header)
	w.WriteHeader(response.StatusCode)
	_, _ = io.Copy(w, response.Body)
}
