package localaws

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// bodyLimit is Lambda's limit of a request's size in bytes, the largest of all services.
const bodyLimit = 70167211

// call is one request on its way through the server.
type call struct {
	server  *Server
	region  *region
	wire    wire
	request *http.Request
	body    []byte
	params  map[string]string // lambda's values in path and query
	record  Call
	noted   *Call  // its entry in the journal
	entries *Error // a fault for the entries of a batch, see [Fault]
	dropped bool   // a fault: do it and lose the answer
}

// action does one call and gives its answer: a value for the wire protocol to write, nil for an empty one.
type action func(c *call) (any, error)

// named is an input that names the resource it is about.
type named interface {
	arn(r *region) string
}

// op makes an action of a service's method: decoded input, checked, admitted, then the method under the server's lock.
func op[In, Out any](method func(c *call, in In) (Out, error)) action {
	return free(func(c *call, in In) (Out, error) {
		c.server.mu.Lock()
		defer c.server.mu.Unlock()
		return method(c, in)
	})
}

// free is op for a method that takes the lock by itself because it waits.
func free[In, Out any](method func(c *call, in In) (Out, error)) action {
	return func(c *call) (any, error) {
		var in In
		if err := c.wire.decode(c, &in); err != nil {
			return nil, err
		}
		if n, ok := any(in).(named); ok {
			c.record.Resource = n.arn(c.region)
		}
		if err := c.admit(); err != nil {
			return nil, err
		}
		if err := check(c.record.Service, &in); err != nil {
			return nil, err
		}
		return method(c, in)
	}
}

// keyed is an input that names the thing it is about.
type keyed interface {
	key() string
}

// on makes an action of a method on one thing, the one that the input names.
func on[T any, In keyed](find func(key string) (*T, error), method func(o *T, in In) (any, error)) action {
	return op(func(_ *call, in In) (any, error) {
		o, err := find(in.key())
		if err != nil {
			return nil, err
		}
		return method(o, in)
	})
}

// ServeHTTP answers one request of an AWS client, or of this package's own control paths under /_local/.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/_local/") {
		s.control(w, r)
		return
	}
	c, err := s.identify(r)
	if err == nil {
		var out any
		if out, err = s.do(c); err == nil && !c.dropped {
			c.server.journal.finish(c, nil)
			c.wire.answer(w, c, out)
			return
		}
	}
	s.fail(w, c, err)
}

// fail answers with an error, or with nothing at all where a fault says so.
func (s *Server) fail(w http.ResponseWriter, c *call, err error) {
	var refusal *Error
	switch {
	case c.dropped || errors.Is(err, errDropped):
		s.journal.finish(c, &Error{Code: "(answer lost)"})
		panic(http.ErrAbortHandler) // net/http's way to cut the connection
	case !errors.As(err, &refusal):
		refusal = refuseWith(http.StatusInternalServerError, "InternalFailure", "%v", err)
	}
	s.journal.finish(c, refusal)
	c.wire.refuse(w, c, refusal)
}

// do finds the action and does it.
func (s *Server) do(c *call) (any, error) {
	act := c.region.actions[c.record.Service][c.record.Action]
	if act == nil {
		if err := c.admit(); err != nil {
			return nil, err
		}
		return nil, refuseWith(http.StatusNotImplemented, "NotImplemented", "%s:%s is not implemented by spothandler's local AWS",
			c.record.Service, c.record.Action)
	}
	return act(c)
}

// identify finds out which protocol, service, region and action a request is of, and who calls.
func (s *Server) identify(r *http.Request) (*call, error) {
	c := &call{server: s, request: r, wire: wireOf(r)}
	key, regionName, service, signed := scope(r)
	s.mu.Lock()
	if regionName == "" {
		regionName = s.opts.Region
	}
	c.region = s.region(regionName)
	c.record.Principal = s.sessions[key]
	s.mu.Unlock()
	if c.record.Principal == "" {
		c.record.Principal = c.region.globalARN("iam", "user/local")
	}
	c.record.Region, c.record.Service = regionName, service
	body, err := io.ReadAll(io.LimitReader(r.Body, bodyLimit+1))
	if err != nil {
		return c, err
	}
	c.body = body
	if err := c.wire.target(c); err != nil {
		return c, err
	}
	switch {
	case !signed:
		return c, refuseWith(http.StatusForbidden, "MissingAuthenticationToken", "Missing Authentication Token")
	case len(body) > bodyLimit:
		return c, refuseWith(http.StatusRequestEntityTooLarge, "RequestEntityTooLargeException",
			"Request must be smaller than %d bytes for the %s operation", bodyLimit, c.record.Action)
	}
	return c, nil
}

// scope reads the credential scope of a signed request: Credential=KEY/date/region/service/aws4_request. Signatures
// are not verified: any credentials will do.
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

// route is one path of a REST API.
type route struct {
	method  string
	path    []string // {Name} takes one segment
	action  string
	success int // HTTP status
}

// match gives the values of the route's {names}, where the request is one of this route.
func (t route) match(method string, segments []string) (map[string]string, bool) {
	if method != t.method || len(segments) != len(t.path) {
		return nil, false
	}
	values := map[string]string{}
	for i, want := range t.path {
		got, err := url.PathUnescape(segments[i])
		switch {
		case err != nil:
			return nil, false
		case strings.HasPrefix(want, "{"):
			values[strings.Trim(want, "{}")] = got
		case want != got:
			return nil, false
		}
	}
	return values, true
}
