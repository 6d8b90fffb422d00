package localaws

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"runtime"
	"sync"

	"github.com/spothandler/spothandler/internal/localaws/sandbox"
)

// codeOf returns a function that returns the folder with a Lambda function's code, which is unpacked once for
// all its sandboxes. The lock must be held.
func (s *Server) codeOf(f *function) func() (string, error) {
	architecture := f.conf.Architectures[0]
	key := f.conf.CodeSha256 + architecture
	if s.codes[key] == nil {
		text := f.code
		s.codes[key] = sync.OnceValues(func() (string, error) { return s.unpack(text, architecture) })
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

func (s *Server) unpack(code []byte, architecture string) (string, error) {
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
	s.mu.Lock()
	dir, err := s.codeFolder()
	s.mu.Unlock()
	if err != nil {
		return "", err
	}
	return dir, os.CopyFS(dir, files)
}

// codeFolder creates an empty folder in the server's folder. The lock must be held.
func (s *Server) codeFolder() (string, error) {
	if s.folder == nil {
		var err error
		if s.folder, err = sandbox.NewFolder(); err != nil {
			return "", err
		}
	}
	return os.MkdirTemp(s.folder.Path, "code-*")
}

// RemoveStale removes the code that killed servers left in the directory for temporary files.
func RemoveStale() error { return sandbox.RemoveStale() }
