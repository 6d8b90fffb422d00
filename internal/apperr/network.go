package apperr

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// networkHint returns the hint for an error of the network, or for a response
// that shows that the network is at fault, or "" for other errors.
func networkHint(err error) string {
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	var misnamed x509.HostnameError
	text := err.Error()
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return fmt.Sprintf("check this computer's clock: it shows %s", time.Now().UTC().Format(time.RFC3339))
	case errors.As(err, &unknown), errors.As(err, &misnamed):
		return "export AWS_CA_BUNDLE=FILE   the CA certificates of the proxy or firewall that intercepts TLS"
	case strings.Contains(text, "proxyconnect"), strings.Contains(text, "Proxy Authentication Required"):
		return "check the proxy in HTTPS_PROXY: it blocks the call (NO_PROXY exempts hosts)"
	case isForeign(err):
		return "check what responds instead of AWS: a proxy, a VPN, a firewall, AWS_ENDPOINT_URL"
	case IsNoSuchHost(err):
		return "check the Region's name, and that this computer resolves host names (VPN, DNS)"
	case silentLoopback(err) != "":
		return "unset AWS_ENDPOINT_URL AWS_REGION AWS_DEFAULT_REGION AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY   if a local AWS was stopped"
	case clockSkew(err) != 0:
		return "set this computer's clock: it is " + offBy(clockSkew(err))
	case isUnreachable(err):
		return "check the network and the connection to AWS: VPN, proxy, AWS_ENDPOINT_URL"
	}
	return ""
}

// IsNoSuchHost reports whether a host name does not resolve.
func IsNoSuchHost(err error) bool {
	var unresolved *net.DNSError
	return errors.As(err, &unresolved) && unresolved.IsNotFound
}

// isUnreachable reports whether nothing responded, not even with an error.
func isUnreachable(err error) bool {
	var sent *url.Error
	var silent *NoResponseError
	return errors.As(err, &sent) || errors.As(err, &silent)
}

// silentLoopback returns the host and port of this machine that refused the
// connection, or "". The texts of Linux, macOS and Windows have one word in
// common.
func silentLoopback(err error) string {
	failed, ok := errors.AsType[*url.Error](err)
	if !ok || !strings.Contains(failed.Err.Error(), "refused") || strings.Contains(failed.Err.Error(), "proxyconnect") {
		return ""
	}
	parsed, err := url.Parse(failed.URL)
	if err != nil {
		return ""
	}
	if ip := net.ParseIP(parsed.Hostname()); parsed.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return ""
	}
	return parsed.Host
}

// skewThreshold is the difference from which the SDK blames a rejected
// signature on the clock (aws-sdk-go-v2, retry/middleware.go).
const skewThreshold = 4 * time.Minute

// clockSkew returns how far this computer's clock is behind AWS's, according to
// the Date of the response, if that may be why the call was rejected; otherwise
// 0.
func clockSkew(err error) time.Duration {
	var refused *awshttp.ResponseError
	if !errors.As(err, &refused) || refused.HTTPResponse() == nil {
		return 0
	}
	if !HasCode(err, "SignatureDoesNotMatch", "InvalidSignatureException", "RequestExpired", "RequestTimeTooSkewed", "AuthFailure",
		"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException") {
		return 0
	}
	date, parseErr := time.Parse(time.RFC1123, refused.HTTPResponse().Header.Get("Date"))
	if parseErr != nil {
		return 0
	}
	if skew := time.Until(date).Round(time.Minute); skew.Abs() > skewThreshold {
		return skew
	}
	return 0
}

func offBy(skew time.Duration) string {
	if skew < 0 {
		return skew.Abs().String() + " ahead of AWS's"
	}
	return skew.String() + " behind AWS's"
}

// MaskURLs masks the user information of the URLs in a text, which may contain
// a password.
func MaskURLs(text string) string {
	return regexp.MustCompile(`(://)[^/@\s"']+@`).ReplaceAllString(text, "$1***@")
}
