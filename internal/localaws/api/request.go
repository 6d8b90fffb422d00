package api

import (
	"net/http"
	"strings"
)

// Request is one request to the server.
type Request struct {
	message

	Server  *Server
	Region  *Region
	wire    wire
	input   named             // the decoded request; nil if it names nothing
	context map[string]string // what a service knows of the resource, as condition keys
	noted   *Call             // its entry in the journal
	Entries *Error            // an injected error for the entries of a batch, see [Fault]
	session Session           // of the caller, if there is one
	Lag     Lag               // injected
	dropped bool              // injected: carry out the call but lose the response
}

// Action does one call and returns its response: a value for the wire protocol to encode, nil for an empty
// one.
type Action func(c *Request) (any, error)

// named is an input that names its resource.
type named interface {
	ARN(r *Region) string
	// Asks returns the requests that IAM evaluates before the call is done: own, made more precise, and the
	// dependent actions (Service Authorization Reference).
	Asks(own Ask, c *Request) []Ask
}

// Where adds a condition key to the request for the call itself, unless the value is empty.
func (c *Request) Where(key, value string) {
	if value == "" {
		return
	}
	if c.context == nil {
		c.context = map[string]string{}
	}
	c.context[key] = value
}

// scope parses the credential scope of a signed request: Credential=KEY/date/region/service/aws4_request.
// Signatures are not verified: the access key ID is the secret, see [Options.AccessKey].
func scope(r *http.Request) (key, region, service string, ok bool) {
	_, rest, ok := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	if !ok {
		return "", "", "", false
	}
	credential, _, _ := strings.Cut(rest, ",")
	parts := strings.Split(credential, "/")
	if len(parts) != 5 {
		return "", "", "", false
	}
	return parts[0], parts[2], parts[3], true
}
