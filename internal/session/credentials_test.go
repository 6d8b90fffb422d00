package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"

	"github.com/spothandler/spothandler/internal/apperr"
)

// Each error of the SDK about credentials has one code of ours. Those that need a service of AWS's on the way are
// here, the others in the scripts.
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
		{"ctrl-C", context.Canceled, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := &Source{Options: Options{Getenv: os.Getenv, Command: "spothandler status"}}
			got := s.explainCredentials("finding", test.err)
			if !errors.Is(got, test.err) {
				t.Errorf("the cause is lost: %v", got)
			}
			known, ok := errors.AsType[*apperr.Error](got)
			if ok != (test.code != "") || ok && known.Code != test.code {
				t.Errorf("%v", got)
			}
			if ok && known.Code != apperr.CodeFailed && len(known.Hints) == 0 {
				t.Error("no cure")
			}
		})
	}
}
