package api

import (
	"errors"
	"io"
	"net/http"
	"strings"
)

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
			c.finish(nil)
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
		c.finish(&Error{Code: "(response lost)"})
		panic(http.ErrAbortHandler) // how net/http cuts the connection
	case !errors.As(err, &refusal):
		refusal = Refuse("InternalFailure", "%v", err)
	}
	c.finish(refusal)
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

// wireOf identifies the protocol of a request.
func wireOf(r *http.Request) wire {
	switch {
	case r.Header.Get("X-Amz-Target") != "":
		return jsonWire{}
	case strings.HasPrefix(r.URL.Path, "/service/"):
		return cborWire{}
	case strings.Contains(r.Header.Get("Authorization"), "/ec2/aws4_request"):
		return ec2Wire{}
	case strings.HasPrefix(r.URL.Path, "/20"), r.URL.Path == "/listRegions":
		return restWire{}
	}
	return queryWire{}
}
