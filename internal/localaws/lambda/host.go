package lambda

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
	"github.com/spothandler/spothandler/internal/localaws/sandbox"
)

// Options configure Lambda.
type Options struct {
	Concurrency int                              // the account's limit in each Region
	Invoked     func(InvocationResult)           // if set, called after each invocation
	HostZip     func(zip []byte) ([]byte, error) // see [Options]
	InProcess   InProcess                        // if set, runs functions inside this process
}

// Host runs the functions of all Regions.
type Host struct {
	server *api.Server
	opts   Options
	codes  map[string]func() (string, error) // by hash and architecture: returns the folder with the unpacked code
	folder *sandbox.Folder                   // nil: no code was unpacked
}

// NewHost returns a host, which the server cleans up when it is closed.
func NewHost(server *api.Server, opts Options) *Host {
	s := &Host{server: server, opts: opts, codes: map[string]func() (string, error){}}
	server.Cleanup(s.removeFolder)
	return s
}

// removeFolder removes the unpacked code, once. The lock must be held.
func (s *Host) removeFolder() error {
	if s.folder == nil {
		return nil
	}
	err := s.folder.Remove()
	s.folder = nil
	return err
}

// codeOf returns a function that returns the folder with a Lambda function's code, which is unpacked once for
// all its sandboxes. The lock must be held.
func (s *Host) codeOf(conf configuration, code []byte) func() (string, error) {
	architecture := conf.Architectures[0]
	key := conf.CodeSha256 + architecture
	if s.codes[key] == nil {
		s.codes[key] = sync.OnceValues(func() (string, error) { return s.unpack(code, architecture) })
	}
	return s.codes[key]
}

// hostArchitecture returns this host's architecture as Lambda names it.
func hostArchitecture() string {
	if runtime.GOARCH == "amd64" {
		return "x86_64"
	}
	return runtime.GOARCH
}

func (s *Host) unpack(code []byte, architecture string) (string, error) {
	if architecture != hostArchitecture() && s.opts.HostZip != nil {
		var err error
		if code, err = s.opts.HostZip(code); err != nil {
			return "", fmt.Errorf("getting the code for this host's architecture: %w", err)
		}
	}
	files, err := zip.NewReader(bytes.NewReader(code), int64(len(code)))
	if err != nil {
		return "", fmt.Errorf("reading the code's zip: %w", err)
	}
	s.server.Lock()
	dir, err := s.codeFolder()
	s.server.Unlock()
	if err != nil {
		return "", err
	}
	return dir, os.CopyFS(dir, files)
}

// codeFolder creates an empty folder in the server's folder. The lock must be held.
func (s *Host) codeFolder() (string, error) {
	if s.folder == nil {
		var err error
		if s.folder, err = sandbox.NewFolder(); err != nil {
			return "", err
		}
	}
	return os.MkdirTemp(s.folder.Path, "code-*")
}

// InvocationResult is the result of an invocation of a Lambda function.
type InvocationResult struct {
	Function string          // its name
	Payload  json.RawMessage // its result, or the error in Lambda's form
	Failed   bool
	Took     time.Duration
}

// InProcess creates the handler of a function that does not run as a process of its own, see [Options].
type InProcess = sandbox.InProcess

// Handler handles one invocation inside this process.
type Handler = sandbox.Handler
