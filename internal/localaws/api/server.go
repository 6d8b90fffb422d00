package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// Options configure a [Server]. Every field must be set, apart from those where the zero value has a meaning.
type Options struct {
	Account      string // twelve digits
	Region       string // of [Server.Config]; clients may use any Region
	AccessKey    string // the access key ID that callers must use, apart from those of Policies; "" accepts any
	OptInRegions []string
	Policies     map[string]string // by access key ID, the identity policy of its caller; nil: nobody is restricted
	Delays       Delays
}

// Parts are what the services contribute to a server.
type Parts struct {
	// Roles are IAM's roles.
	Roles roles
	// Actions creates the services of a Region, and returns their actions by service and name.
	Actions func(r *Region) map[string]map[string]Action
	// REST are the services that use REST JSON, each with the table of its API: HTTP status of success, method, path,
	// action.
	REST map[string]string
	// Local handles the requests below /_local/, which are not AWS's.
	Local http.HandlerFunc
}

// roles are the roles of IAM, as far as the server needs them. The lock must be held.
type roles interface {
	// Rights returns the policies of the role with this name. A role that does not exist has no permissions.
	Rights(name string) (Rights, error)
	// RoleARN returns the ARN of the role with this name, "" if there is none.
	RoleARN(name string) string
}

// Server is one AWS account, in one partition per Region, without its services. It is safe for concurrent use.
type Server struct {
	Options Options
	parts   Parts
	ctx     context.Context // ends with Close
	stop    context.CancelFunc
	work    sync.WaitGroup
	routes  []route

	journal journal
	model   model

	mu       sync.Mutex // guards everything below, and the state of all services
	closed   bool
	url      string
	regions  map[string]*Region
	closers  []func() error
	cleanups []func() error
	sessions map[string]Session // by access key ID: of running functions, and of assumed roles
}

// New returns a server without services; see [Server.Assemble]. The caller must close it.
func New(opts Options) *Server {
	s := &Server{Options: opts, regions: map[string]*Region{}, sessions: map[string]Session{}}
	s.ctx, s.stop = context.WithCancel(context.Background())
	return s
}

// Assemble adds the services. It must be called once, before the first request.
func (s *Server) Assemble(p Parts) {
	s.parts, s.routes = p, restRoutes(p.REST)
}

// Lock takes the lock that guards the state of all services.
func (s *Server) Lock() { s.mu.Lock() }

// Unlock releases the lock.
func (s *Server) Unlock() { s.mu.Unlock() }

// Closed reports whether the server was closed. The lock must be held.
func (s *Server) Closed() bool { return s.closed }

// Context ends when the server is closed.
func (s *Server) Context() context.Context { return s.ctx }

// Work is what Close waits for.
func (s *Server) Work() *sync.WaitGroup { return &s.work }

// Cleanup calls f when the server is closed and everything that it started has ended. The lock must be held.
func (s *Server) Cleanup(f func() error) { s.cleanups = append(s.cleanups, f) }

// Restricts reports whether IAM's policies are enforced.
func (s *Server) Restricts() bool { return s.Options.Policies != nil }

// RoleARN returns the ARN of the role with this name, "" if there is none.
func (s *Server) RoleARN(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.parts.Roles.RoleARN(name)
}

// AddSession makes an access key ID that of a session. The lock must be held.
func (s *Server) AddSession(key string, of Session) { s.sessions[key] = of }

// Serve handles requests on l until ctx ends or the server is closed; then it closes the server and returns
// nil, or an error.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	s.mu.Lock()
	web := s.web(l)
	s.mu.Unlock()
	defer context.AfterFunc(ctx, func() { _ = s.Close() })()
	if err := web.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving the local AWS: %w", err)
	}
	return s.Close()
}

// web returns the HTTP server for l, which runs until Close. The lock must be held.
func (s *Server) web(l net.Listener) *http.Server {
	web := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	s.url = cmp.Or(s.url, "http://"+l.Addr().String())
	s.closers = append(s.closers, web.Close)
	return web
}

// URL returns the value for AWS_ENDPOINT_URL. A server without a listener opens one on a free loopback port
// at the first call of URL.
func (s *Server) URL() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.url != "" {
		return s.url, nil
	}
	if s.closed {
		return "", net.ErrClosed
	}
	l, err := (&net.ListenConfig{}).Listen(s.ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("listening on loopback: %w", err)
	}
	web := s.web(l)
	s.work.Go(func() { _ = web.Serve(l) }) // ends with web.Close
	return s.url, nil
}

// Close ends everything that the server started: listeners, running functions with their children, pending
// events. It waits for them, and may be called again.
func (s *Server) Close() error {
	s.mu.Lock()
	closers := s.closers
	s.closed, s.closers = true, nil
	s.mu.Unlock()
	s.stop()
	var errs []error
	for _, c := range closers {
		errs = append(errs, c())
	}
	s.work.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.cleanups {
		errs = append(errs, c())
	}
	return errors.Join(errs...)
}

// After calls f, holding the lock, after d unless the server is closed by then.
func (s *Server) After(d time.Duration, f func()) {
	time.AfterFunc(d, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.closed {
			f()
		}
	})
}

// Background runs f in a goroutine that Close waits for; f must end when s.ctx does. The lock must be held.
func (s *Server) Background(f func()) {
	if !s.closed {
		s.work.Go(f)
	}
}

// Sleep waits for d; it returns false if the server was closed meanwhile.
func (s *Server) Sleep(d time.Duration) bool {
	select {
	case <-time.After(d):
		return s.ctx.Err() == nil
	case <-s.ctx.Done():
		return false
	}
}
