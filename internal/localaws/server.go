package localaws

import (
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

// Options say what kind of AWS a [Server] is. The zero value is a usable one.
type Options struct {
	// Account is the account's twelve digits; "" is 111122223333.
	Account string
	// Region is where [Server.Seed], [Server.Interrupt] and [Server.Config] work; "" is us-east-1. Clients may use any.
	Region string
	// AccessKey is the access key id that callers must have, apart from those of Policies; "" accepts every one. Whoever
	// knows it can run programs on this machine as its user: a Lambda function is one. See [NewAccessKey].
	AccessKey string
	// Delays say how long things take to settle; nil is [DefaultDelays].
	Delays *Delays
	// Concurrency is the account's limit of concurrent Lambda executions in each region; 0 is AWS's 1000.
	Concurrency int
	// Existing are the ARNs of what there is from the beginning: policies, which allow everything, queues and topics.
	Existing []string
	// OptInRegions are the regions that the account has enabled beside those that every account has.
	OptInRegions []string
	// LogRetention is an account-level retention policy for every log group, which rules in place of their own; nil is none.
	LogRetention *LogRetention
	// Rates has calls refused that come faster than AWS documents: FilterLogEvents, in each region.
	Rates bool
	// DuplicateEvents makes EventBridge deliver every event twice: it promises at least once.
	DuplicateEvents bool
	// Policies turn IAM's enforcement on: by access key id, the identity policy of its caller. A key that is not among
	// them may do everything; a function may do what its role's inline policies say. Nil: everybody may do everything.
	Policies map[string]string
	// Interrupted, where set, is called after each interruption, with the ARNs of the tasks.
	Interrupted func(cluster, service string, tasks []string)
	// Answered, where set, is called after each invocation of a function.
	Answered func(Answer)
	// HostZip turns a function's zip of another architecture into one that does the same on this host. Nil, or an
	// error: such a function's invocations fail.
	HostZip func(zip []byte) ([]byte, error)
	// InProcess, where set, runs functions inside this process instead of as processes of their own.
	InProcess InProcess
}

// Answer is how an invocation of a Lambda function ended.
type Answer struct {
	Function string          // its name
	Payload  json.RawMessage // its answer, or the error in Lambda's words
	Failed   bool
	Took     time.Duration
}

// LogRetention is an account-level retention policy of CloudWatch Logs.
type LogRetention struct {
	Policy string // its name
	Days   int    // 0: never expires
}

// Delays say how long AWS takes; the zero value is an AWS that settles at once.
type Delays struct {
	RoleSeen       time.Duration // a new role until IAM finds it, and as long again until it shows its ARN
	RoleUsable     time.Duration // a new role, or one with a new trust policy, until Lambda can assume it
	FunctionSeen   time.Duration // a new function until Lambda finds it
	FunctionActive time.Duration // a new function's time in state Pending
	FunctionUpdate time.Duration // an update's time in progress, other updates being refused
	FunctionDelete time.Duration // a deleted function's time in state Deleting
	RuleEffective  time.Duration // a new or changed rule until it matches events
	Task           time.Duration // an ECS task's time in each state on its way up and down
	AsyncRetry     time.Duration // Lambda's first wait before it tries a failed event again, doubled each time; really 1 minute
}

// DefaultDelays are long enough to be seen and short enough to wait for.
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

// Server is one AWS account in one partition for each region asked for. Its methods may be called concurrently.
type Server struct {
	opts   Options
	delays Delays
	ctx    context.Context // ends with Close
	stop   context.CancelFunc
	work   sync.WaitGroup
	routes []route

	journal journal
	model   model

	mu       sync.Mutex // guards all below, and all state of all services
	closed   bool
	url      string
	iam      *iamService
	regions  map[string]*region
	closers  []func() error
	sessions map[string]session                // by access key id: of running functions, and of roles that callers assumed
	mfaCodes map[string]bool                   // those that were used: each is good once
	codes    map[string]func() (string, error) // by hash and architecture: what gives the unpacked code's folder
	folder   *sandbox.Folder                   // nil: no code was unpacked
}

// New returns a server with an empty account. Close it.
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

// Serve answers on l until ctx ends or the server is closed; then it closes the server and returns nil, or what went wrong.
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

// web is what answers on l, until Close. The lock must be held.
func (s *Server) web(l net.Listener) *http.Server {
	web := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	s.url = orDefault(s.url, "http://"+l.Addr().String())
	s.closers = append(s.closers, web.Close)
	return web
}

// URL is where the server answers: the value for AWS_ENDPOINT_URL. A server that was not given a listener gets one of
// its own on a free loopback port with the first call of URL.
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

// Close ends everything that the server started: listeners, running functions with their children, pending events.
// It waits for them, and may be called again.
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

// removeFolder removes the code that was unpacked, once.
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

// after does f, under the lock, when d has passed, unless the server is closed by then.
func (s *Server) after(d time.Duration, f func()) {
	time.AfterFunc(d, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.closed {
			f()
		}
	})
}

// background does f in a goroutine that Close waits for; f must end when s.ctx does. The lock must be held.
func (s *Server) background(f func()) {
	if !s.closed {
		s.work.Go(f)
	}
}

// sleep waits for d; it is false where the server was closed meanwhile.
func (s *Server) sleep(d time.Duration) bool {
	select {
	case <-time.After(d):
		return s.ctx.Err() == nil
	case <-s.ctx.Done():
		return false
	}
}
