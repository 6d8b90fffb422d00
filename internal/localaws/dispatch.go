package localaws

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// call is one request on its way through the server.
type call struct {
	server  *Server
	region  *region
	wire    wire
	request *http.Request
	body    []byte
	params  obj   // a query's members, or what stands in a REST call's path and query
	input   named // the request, decoded; nil where it names nothing
	record  Call
	noted   *Call   // its entry in the journal
	entries *Error  // a fault for the entries of a batch, see [Fault]
	session session // of the caller, where there is one
	lag     Lag     // a fault
	dropped bool    // a fault: do it and lose the answer
}

// action does one call and returns its answer: a value for the wire protocol to write, nil for an empty one.
type action func(c *call) (any, error)

// obj is an answer, or a part of one, by its members' names.
type obj = map[string]any

// named is an input that names the resource it is about.
type named interface {
	arn(r *region) string
	// asks are IAM's questions before the call is done: own, made more precise, and what AWS wants to be allowed beside it
	// (Service Authorization Reference, dependent actions).
	asks(own ask, c *call) []ask
}

// free makes an action of a method: input decoded, admitted and checked. The method takes the lock by itself.
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
		c.server.mu.Lock()
		defer c.server.mu.Unlock()
		return method(c, in)
	}, required...)
}

// on makes an action of a method on one thing, the one that the input names.
func on[T, In any](find func(in *In) (*T, error), method func(o *T, in *In) (any, error), required ...string) action {
	return op(func(_ *call, in *In) (any, error) {
		o, err := find(in)
		if err != nil {
			return nil, err
		}
		return method(o, in)
	}, required...)
}

// show makes an action that only looks at one thing.
func show[T, In any](find func(in *In) (*T, error), look func(o *T) any, required ...string) action {
	return on(find, func(o *T, _ *In) (any, error) { return look(o), nil }, required...)
}

// change makes an action that changes one thing, cannot fail, and answers nothing.
func change[T, In any](find func(in *In) (*T, error), do func(o *T, in *In), required ...string) action {
	return on(find, func(o *T, in *In) (any, error) {
		do(o, in)
		return nil, nil
	}, required...)
}

// ServeHTTP answers one request of an AWS client, or of this package's own control paths under /_local/. It refuses
// every request that was not sent to a loopback name, or that has an Origin header.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := guard(r); err != nil {
		s.fail(w, &call{server: s, request: r, wire: wireOf(r)}, err)
		return
	}
	s.serve(w, r)
}

// serve is ServeHTTP for a request of this process or past the guard.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
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
		refusal = refuse("InternalFailure", "%v", err)
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
		return nil, notHere(c.record.String())
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

// scope reads the credential scope of a signed request: Credential=KEY/date/region/service/aws4_request. Signatures
// are not verified: the access key id is what the caller must know, see [Options.AccessKey].
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
	path    []string // {Name} takes one segment
	action  string
	success int // HTTP status
}

// restRoutes reads the tables of the services that speak REST JSON.
func restRoutes() []route {
	var routes []route
	for service, table := range map[string]string{"lambda": lambdaAPI, "account": accountAPI} {
		for line := range strings.Lines(strings.TrimSpace(table)) {
			word := strings.Fields(line)
			path := strings.Split(strings.Trim(word[2], "/"), "/")
			routes = append(routes, route{service: service, success: int(number(word[0])), method: word[1], path: path, action: word[3]})
		}
	}
	return routes
}

// match returns the values of the route's {names}, where the request is one of this route.
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
