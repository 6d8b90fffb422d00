package localaws

import (
	"context"
	"net"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/spothandler/spothandler/internal/localaws/sandbox"
)

// Serve handles requests on l until ctx ends or the server is closed; then it closes the server and returns
// nil, or an error.
func (s *Server) Serve(ctx context.Context, l net.Listener) error { return s.api.Serve(ctx, l) }

// URL returns the value for AWS_ENDPOINT_URL. A server without a listener opens one on a free loopback port
// at the first call of URL.
func (s *Server) URL() (string, error) { return s.api.URL() }

// Close ends everything that the server started: listeners, running functions with their children, pending
// events. It waits for them, and may be called again.
func (s *Server) Close() error { return s.api.Close() }

// Config returns a configuration whose clients call the server without a socket: from any goroutine of this
// process, also inside a testing/synctest bubble.
func (s *Server) Config() aws.Config { return s.api.Config() }

// RoundTrip handles the request in the caller's goroutine. A connection cut by a fault is
// [io.ErrUnexpectedEOF].
func (s *Server) RoundTrip(r *http.Request) (*http.Response, error) { return s.api.RoundTrip(r) }

// ServeHTTP handles a request of an AWS client, or to this package's own paths under /_local/. It rejects
// every request that was not sent to a loopback name, or that has an Origin header.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.api.ServeHTTP(w, r) }

// Calls returns all calls so far, oldest first. A call is listed once it is admitted, its Code once it is
// completed.
func (s *Server) Calls() []Call { return s.api.Calls() }

// ForgetCalls clears the list of calls; the counters of faults continue.
func (s *Server) ForgetCalls() { s.api.ForgetCalls() }

// Inject adds a fault; the returned function removes it.
func (s *Server) Inject(f Fault) (remove func()) { return s.api.Inject(f) }

// SetPolicy sets the policy of the caller with this access key ID, replacing that of [Options.Policies],
// which must not be nil.
func (s *Server) SetPolicy(accessKey, document string) { s.api.SetPolicy(accessKey, document) }

// RemoveStale removes the code that killed servers left in the directory for temporary files.
func RemoveStale() error { return sandbox.RemoveStale() }
