package localaws

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// call is one request to the server.
type call struct {
	server  *kernel
	region  *region
	wire    wire
	request *http.Request
	body    []byte
	params  obj   // a query's members, or those in a REST call's path and query
	input   named // the decoded request; nil if it names nothing
	record  Call
	context map[string]string // what a service knows of the resource, as condition keys
	noted   *Call             // its entry in the journal
	entries *Error            // an injected error for the entries of a batch, see [Fault]
	session session           // of the caller, if there is one
	lag     Lag               // injected
	dropped bool              // injected: carry out the call but lose the response
}

// action does one call and returns its response: a value for the wire protocol to encode, nil for an empty
// one.
type action func(c *call) (any, error)

// obj is a response, or part of one, by member names.
type obj = map[string]any

// named is an input that names its resource.
type named interface {
	arn(r *region) string
	// asks returns the requests that IAM evaluates before the call is done: own, made more precise, and the
	// dependent actions (Service Authorization Reference).
	asks(own ask, c *call) []ask
}

// free makes an action of a method: it decodes, admits and checks the input. The method takes the lock
// itself.
func free[In any](method func(c *call, in *In) (any, error), required ...string) action {
	return func(c *call) (any, error) {
		in := new(In)
		if err := c.wire.decode(c, in); err != nil {
			return nil, err
		}
		if err := c.unknown(in); err != nil {
			return nil, err
		}
		if n, ok := any(in).(named); ok {
			c.input, c.record.Resource = n, n.arn(c.region)
		}
		if err := c.admit(); err != nil {
			return nil, err
		}
		if err := c.server.model.check(c.record.Service, in, required); err != nil {
			return nil, err
		}
		return method(c, in)
	}
}

// op makes an action of a method that runs under the server's lock.
func op[In any](method func(c *call, in *In) (any, error), required ...string) action {
	return free(func(c *call, in *In) (any, error) {
		c.server.Lock()
		defer c.server.Unlock()
		return method(c, in)
	}, required...)
}

// on makes an action of a method on the object that the input names.
func on[T, In any](find func(in *In) (*T, error), method func(o *T, in *In) (any, error), required ...string) action {
	return op(func(_ *call, in *In) (any, error) {
		o, err := find(in)
		if err != nil {
			return nil, err
		}
		return method(o, in)
	}, required...)
}

// show makes an action that only reads one object.
func show[T, In any](find func(in *In) (*T, error), look func(o *T) any, required ...string) action {
	return on(find, func(o *T, _ *In) (any, error) { return look(o), nil }, required...)
}

// change makes an action that changes one object, cannot fail, and has an empty response.
func change[T, In any](find func(in *In) (*T, error), do func(o *T, in *In), required ...string) action {
	return on(find, func(o *T, in *In) (any, error) {
		do(o, in)
		return nil, nil
	}, required...)
}

// ServeHTTP handles a request of an AWS client, or to this package's own paths under /_local/. It rejects
// every request that was not sent to a loopback name, or that has an Origin header.
func (s *kernel) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := guard(r); err != nil {
		s.fail(w, &call{server: s, request: r, wire: wireOf(r)}, err)
		return
	}
	s.serve(w, r)
}

// serve is ServeHTTP for requests of this process, or after the guard.
func (s *kernel) serve(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/_local/") {
		s.parts.Local(w, r)
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

// fail responds with an error, or cuts the connection if a fault requires it.
func (s *kernel) fail(w http.ResponseWriter, c *call, err error) {
	var refusal *Error
	switch {
	case c.dropped || errors.Is(err, errDropped):
		s.journal.finish(c, &Error{Code: "(answer lost)"})
		panic(http.ErrAbortHandler) // how net/http cuts the connection
	case !errors.As(err, &refusal):
		refusal = refuse("InternalFailure", "%v", err)
	}
	s.journal.finish(c, refusal)
	c.wire.refuse(w, c, refusal)
}

// do finds the action and runs it.
func (s *kernel) do(c *call) (any, error) {
	act := c.region.actions[c.record.Service][c.record.Action]
	if act == nil {
		if err := c.admit(); err != nil {
			return nil, err
		}
		return nil, notHere(c.record.String())
	}
	return act(c)
}

// identify determines the protocol, service, region and action of a request, and its caller.
func (s *kernel) identify(r *http.Request) (*call, error) {
	c := &call{server: s, request: r, wire: wireOf(r)}
	key, regionName, service, signed := scope(r)
	s.mu.Lock()
	if regionName == "" {
		regionName = s.opts.Region
	}
	c.region = s.region(regionName)
	c.session = s.sessions[key]
	known := s.knows(key) && s.enabled(regionName)
	s.mu.Unlock()
	c.record.Principal = c.session.principal
	if c.record.Principal == "" {
		c.record.Principal = c.region.globalARN("iam", "user/local")
	}
	c.record.Region, c.record.Service = regionName, service
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return c, err
	}
	c.body = body
	if err := c.wire.target(c); err != nil {
		return c, err
	}
	switch {
	case !signed:
		return c, refuse("MissingAuthenticationToken", "Missing Authentication Token")
	case !known:
		return c, unknownKey(c.record.Service)
	case c.session.expired():
		return c, expiredToken(c.record.Service)
	}
	return c, nil
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

// route is one path of a REST API.
type route struct {
	service string
	method  string
	path    []string // {Name} matches one segment
	action  string
	success int // HTTP status
}

// restRoutes parses the tables of the REST JSON services.
func restRoutes(tables map[string]string) []route {
	var routes []route
	for service, table := range tables {
		for line := range strings.Lines(strings.TrimSpace(table)) {
			word := strings.Fields(line)
			path := strings.Split(strings.Trim(word[2], "/"), "/")
			routes = append(routes, route{service: service, success: int(number(word[0])), method: word[1], path: path, action: word[3]})
		}
	}
	return routes
}

// match returns the values of the route's {names} if the request matches the route.
func (t route) match(method string, segments []string) (obj, bool) {
	if method != t.method || len(segments) != len(t.path) {
		return nil, false
	}
	values := obj{}
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
