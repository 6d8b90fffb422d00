package api

import (
	"errors"
	"io"
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

// Free makes an action of a method: it decodes, admits and checks the input. The method takes the lock
// itself.
func Free[In any](method func(c *Request, in *In) (any, error), required ...string) Action {
	return func(c *Request) (any, error) {
		in := new(In)
		if err := c.wire.decode(&c.message, in); err != nil {
			return nil, err
		}
		if err := c.Server.model.unknown(&c.message, in); err != nil {
			return nil, err
		}
		if n, ok := any(in).(named); ok {
			c.input, c.Record.Resource = n, n.ARN(c.Region)
		}
		if err := c.admit(); err != nil {
			return nil, err
		}
		if err := c.Server.model.check(c.Record.Service, in, required); err != nil {
			return nil, err
		}
		return method(c, in)
	}
}

// Op makes an action of a method that runs under the server's lock.
func Op[In any](method func(c *Request, in *In) (any, error), required ...string) Action {
	return Free(func(c *Request, in *In) (any, error) {
		c.Server.Lock()
		defer c.Server.Unlock()
		return method(c, in)
	}, required...)
}

// On makes an action of a method on the object that the input names.
func On[T, In any](find func(in *In) (*T, error), method func(o *T, in *In) (any, error), required ...string) Action {
	return Op(func(_ *Request, in *In) (any, error) {
		o, err := find(in)
		if err != nil {
			return nil, err
		}
		return method(o, in)
	}, required...)
}

// Show makes an action that only reads one object.
func Show[T, In any](find func(in *In) (*T, error), look func(o *T) any, required ...string) Action {
	return On(find, func(o *T, _ *In) (any, error) { return look(o), nil }, required...)
}

// Change makes an action that changes one object, cannot fail, and has an empty response.
func Change[T, In any](find func(in *In) (*T, error), do func(o *T, in *In), required ...string) Action {
	return On(find, func(o *T, in *In) (any, error) {
		do(o, in)
		return nil, nil
	}, required...)
}

// request returns a request that nothing is known of yet.
func (s *Server) request(r *http.Request) *Request {
	return &Request{message: message{HTTP: r, routes: s.routes}, Server: s, wire: wireOf(r)}
}

// ServeHTTP handles a request of an AWS client, or to this package's own paths under /_local/. It rejects
// every request that was not sent to a loopback name, or that has an Origin header.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := guard(r); err != nil {
		s.fail(w, s.request(r), err)
		return
	}
	s.serve(w, r)
}

// serve is ServeHTTP for requests of this process, or after the guard.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/_local/") {
		s.parts.Local(w, r)
		return
	}
	c, err := s.identify(r)
	if err == nil {
		var out any
		if out, err = s.do(c); err == nil && !c.dropped {
			c.Server.journal.finish(c, nil)
			c.wire.respond(w, &c.message, out)
			return
		}
	}
	s.fail(w, c, err)
}

// fail responds with an error, or cuts the connection if a fault requires it.
func (s *Server) fail(w http.ResponseWriter, c *Request, err error) {
	var refusal *Error
	switch {
	case c.dropped || errors.Is(err, errDropped):
		s.journal.finish(c, &Error{Code: "(response lost)"})
		panic(http.ErrAbortHandler) // how net/http cuts the connection
	case !errors.As(err, &refusal):
		refusal = Refuse("InternalFailure", "%v", err)
	}
	s.journal.finish(c, refusal)
	c.wire.refuse(w, &c.message, refusal)
}

// do finds the action and runs it.
func (s *Server) do(c *Request) (any, error) {
	act := c.Region.Actions[c.Record.Service][c.Record.Action]
	if act == nil {
		if err := c.admit(); err != nil {
			return nil, err
		}
		return nil, NotImplemented(c.Record.String())
	}
	return act(c)
}

// identify determines the protocol, service, Region and action of a request, and its caller.
func (s *Server) identify(r *http.Request) (*Request, error) {
	c := s.request(r)
	key, regionName, service, signed := scope(r)
	s.mu.Lock()
	if regionName == "" {
		regionName = s.Options.Region
	}
	c.Region = s.Region(regionName)
	c.session = s.sessions[key]
	known := s.knows(key) && s.enabled(regionName)
	s.mu.Unlock()
	c.Record.Principal = c.session.Principal
	if c.Record.Principal == "" {
		c.Record.Principal = c.Region.GlobalARN("iam", "user/local")
	}
	c.Record.Region, c.Record.Service = regionName, service
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return c, err
	}
	c.Body = body
	if err := c.wire.target(&c.message); err != nil {
		return c, err
	}
	switch {
	case !signed:
		return c, Refuse("MissingAuthenticationToken", "Missing Authentication Token")
	case !known:
		return c, unknownKey(c.Record.Service)
	case c.session.expired():
		return c, expiredToken(c.Record.Service)
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
