package localaws

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/sandbox"
)

// Options configure a [Server]. The zero value is usable.
type Options struct {
	// Account is the account's twelve digits; "" is 111122223333.
	Account string
	// Region is used by [Server.Seed], [Server.Interrupt] and [Server.Config]; "" is us-east-1. Clients may
	// use any region.
	Region string
	// AccessKey is the access key ID that callers must use, apart from those of Policies; "" accepts any.
	// Anyone who knows it can run programs on this machine as its user, in the form of Lambda functions. See
	// [NewAccessKey].
	AccessKey string
	// Delays are the delays until changes take effect; nil means [DefaultDelays].
	Delays *Delays
	// Concurrency is the account's limit of concurrent Lambda executions in each region; 0 means AWS's 1000.
	Concurrency int
	// Existing are the ARNs of initial resources: policies, which allow everything, queues and topics.
	Existing []string
	// OptInRegions are the regions that the account has enabled in addition to those that every account has.
	OptInRegions []string
	// LogRetention is an account-level retention policy that overrides that of every log group; nil means
	// none.
	LogRetention *LogRetention
	// Rates enforces AWS's documented rate limit of FilterLogEvents in each region.
	Rates bool
	// DuplicateEvents makes EventBridge deliver every event twice, because it guarantees only at-least-once
	// delivery.
	DuplicateEvents bool
	// Policies enables IAM enforcement: the identity policy of the caller, by access key ID. Other keys are
	// unrestricted; a function has the permissions of its role's inline policies. Nil: all callers are
	// unrestricted.
	Policies map[string]string
	// Interrupted, if set, is called after each interruption, with the ARNs of the tasks.
	Interrupted func(cluster, service string, tasks []string)
	// Answered, if set, is called after each invocation of a function.
	Answered func(Answer)
	// HostZip converts a function's zip of another architecture to one for this host. If it is nil or fails,
	// so do the function's invocations.
	HostZip func(zip []byte) ([]byte, error)
	// InProcess, if set, runs functions inside this process instead of as separate processes.
	InProcess InProcess
}

// Answer is the result of an invocation of a Lambda function.
type Answer struct {
	Function string          // its name
	Payload  json.RawMessage // its result, or the error in Lambda's form
	Failed   bool
	Took     time.Duration
}

// LogRetention is an account-level retention policy of CloudWatch Logs.
type LogRetention struct {
	Policy string // its name
	Days   int    // 0: never expires
}

// Delays are AWS's delays; with the zero value everything takes effect at once.
type Delays struct {
	RoleSeen       time.Duration // until IAM finds a new role, and as long again until it returns its ARN
	RoleUsable     time.Duration // until Lambda can assume a new role, or one with a new trust policy
	FunctionSeen   time.Duration // until Lambda finds a new function
	FunctionActive time.Duration // a new function's time in state Pending
	FunctionUpdate time.Duration // an update's time in progress, during which other updates are rejected
	FunctionDelete time.Duration // a deleted function's time in state Deleting
	RuleEffective  time.Duration // until a new or changed rule matches events
	Task           time.Duration // an ECS task's time in each state while starting and stopping
	AsyncRetry     time.Duration // Lambda's first wait before it retries a failed event, doubled each time; 1 minute in AWS
}

// DefaultDelays returns delays that are long enough to be visible and short enough to wait for.
func DefaultDelays() Delays {
	return Delays{
		RoleUsable:     1500 * time.Millisecond,
		FunctionActive: 500 * time.Millisecond,
		FunctionUpdate: 300 * time.Millisecond,
		FunctionDelete: 200 * time.Millisecond,
		RuleEffective:  200 * time.Millisecond,
		Task:           500 * time.Millisecond,
		AsyncRetry:     2 * time.Second,
	}
}

// Server is one AWS account, in one partition per region. It is safe for concurrent use.
type Server struct {
	opts   Options
	delays Delays
	ctx    context.Context // ends with Close
	stop   context.CancelFunc
	work   sync.WaitGroup
	routes []route

	journal journal
	model   model

	mu       sync.Mutex // guards everything below, and the state of all services
	closed   bool
	url      string
	iam      *iamService
	regions  map[string]*region
	closers  []func() error
	sessions map[string]session                // by access key ID: of running functions, and of assumed roles
	mfaCodes map[string]bool                   // used codes: each is valid once
	codes    map[string]func() (string, error) // by hash and architecture: returns the folder with the unpacked code
	folder   *sandbox.Folder                   // nil: no code was unpacked
}

// New returns a server with an empty account. The caller must close it.
func New(opts Options) *Server {
	if opts.Account == "" {
		opts.Account = "111122223333"
	}
	if opts.Region == "" {
		opts.Region = "us-east-1"
	}
	if opts.Concurrency == 0 {
		opts.Concurrency = 1000
	}
	s := &Server{
		opts: opts, delays: DefaultDelays(), routes: restRoutes(),
		regions: map[string]*region{}, sessions: map[string]session{}, mfaCodes: map[string]bool{}, codes: map[string]func() (string, error){},
	}
	if opts.Delays != nil {
		s.delays = *opts.Delays
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.iam = &iamService{server: s, roles: map[string]*role{}, profiles: map[string]*instanceProfile{}, policies: map[string]*managedPolicy{}}
	for _, arn := range opts.Existing {
		if strings.Contains(arn, ":policy/") {
			document, _ := awsManaged("AdministratorAccess")
			s.iam.policies[arn] = newPolicy(arn, "/", document)
		}
	}
	return s
}

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
	return errors.Join(append(errs, s.removeFolder())...)
}

// removeFolder removes the unpacked code, once.
func (s *Server) removeFolder() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.folder == nil {
		return nil
	}
	err := s.folder.Remove()
	s.folder = nil
	return err
}

// after calls f, holding the lock, after d unless the server is closed by then.
func (s *Server) after(d time.Duration, f func()) {
	time.AfterFunc(d, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.closed {
			f()
		}
	})
}

// background runs f in a goroutine that Close waits for; f must end when s.ctx does. The lock must be held.
func (s *Server) background(f func()) {
	if !s.closed {
		s.work.Go(f)
	}
}

// sleep waits for d; it returns false if the server was closed meanwhile.
func (s *Server) sleep(d time.Duration) bool {
	select {
	case <-time.After(d):
		return s.ctx.Err() == nil
	case <-s.ctx.Done():
		return false
	}
}
