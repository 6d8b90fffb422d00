package api

import (
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// guard rejects what a web page may have sent: a page that the user visits can reach a loopback port, with
// its own host name that resolves to 127.0.0.1 (DNS rebinding), or with the Origin header that browsers add.
func guard(r *http.Request) error {
	if !loopback(r.Host) {
		return &Error{
			Code: "AccessDeniedException", Status: http.StatusForbidden,
			Message: "The local AWS accepts requests to loopback names only, such as 127.0.0.1 and localhost, not to " + r.Host,
		}
	}
	if len(r.Header.Values("Origin")) > 0 {
		return &Error{
			Code: "AccessDeniedException", Status: http.StatusForbidden, Message: "The local AWS does not accept requests from web pages: the request has an Origin header",
		}
	}
	return nil
}

// loopback reports whether a Host header names this machine's loopback interface. Names ending in localhost
// always resolve to it (RFC 6761, section 6.3).
func loopback(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil { // no port
		name = strings.Trim(host, "[]")
	}
	name = strings.TrimSuffix(strings.ToLower(name), ".")
	address, err := netip.ParseAddr(name)
	return err == nil && address.IsLoopback() || name == "localhost" || strings.HasSuffix(name, ".localhost")
}

// knows reports whether calls with this access key ID are accepted: the server's own, one of
// [Options.Policies], or one that a function or an assumed role was given. The lock must be held.
func (s *Server) knows(key string) bool {
	_, restricted := s.Options.Policies[key]
	return s.Options.AccessKey == "" || same(key, s.Options.AccessKey) || restricted || s.sessions[key].Principal != ""
}

// Signed reports whether a request is signed with the server's own access key, if it has one.
func (s *Server) Signed(r *http.Request) bool {
	key, _, _, _ := scope(r)
	return s.Options.AccessKey == "" || same(key, s.Options.AccessKey)
}

// same compares two secrets in constant time.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// expiredToken returns each service's error for expired session credentials.
func expiredToken(service string) *Error {
	const message = "The security token included in the request is expired"
	switch service {
	case "iam", "sts":
		return Refuse("ExpiredToken", message)
	case "lambda":
		return &Error{Code: "ExpiredTokenException", Message: message, Status: http.StatusForbidden}
	}
	return Refuse("ExpiredTokenException", message)
}

// unknownKey returns each service's error for an access key that does not exist.
func unknownKey(service string) *Error {
	const message = "The security token included in the request is invalid."
	switch service {
	case "iam", "sts":
		return &Error{Code: "InvalidClientTokenId", Message: message, Status: http.StatusForbidden}
	case "lambda":
		return &Error{Code: "UnrecognizedClientException", Message: message, Status: http.StatusForbidden}
	}
	return Refuse("UnrecognizedClientException", message)
}
