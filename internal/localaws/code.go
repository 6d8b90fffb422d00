package localaws

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
)

// code is a function's zip, unpacked once for all sandboxes that run it.
type code struct {
	zip    []byte
	same   bool // as the host's architecture
	toHost func([]byte) ([]byte, error)
	home   func() (string, error)

	once sync.Once
	dir  string
	err  error
}

// codeOf gives the code of a function. The lock must be held.
func (s *Server) codeOf(f *function) *code {
	key := f.conf.CodeSha256 + f.conf.Architectures[0]
	if s.codes[key] == nil {
		s.codes[key] = &code{
			zip: f.code, same: f.conf.Architectures[0] == hostArchitecture(), toHost: s.opts.HostZip, home: s.scratch,
		}
	}
	return s.codes[key]
}

// hostArchitecture is this host's in Lambda's words.
func hostArchitecture() string {
	if runtime.GOARCH == "amd64" {
		return "x86_64"
	}
	return runtime.GOARCH
}

// scratch gives a folder of the server's own, which Close removes.
func (s *Server) scratch() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.folder == "" {
		folder, err := os.MkdirTemp("", "localaws-")
		if err != nil {
			return "", err
		}
		s.folder = folder
	}
	return os.MkdirTemp(s.folder, "task-")
}

// unpack gives the folder with the code in it.
func (c *code) unpack() (string, error) {
	c.once.Do(func() { c.dir, c.err = c.unpackNow() })
	return c.dir, c.err
}

func (c *code) unpackNow() (string, error) {
	text := c.zip
	if !c.same && c.toHost != nil {
		var err error
		if text, err = c.toHost(text); err != nil {
			return "", fmt.Errorf("getting the code for this host's architecture: %w", err)
		}
	}
	dir, err := c.home()
	if err != nil {
		return "", err
	}
	files, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		return "", fmt.Errorf("reading the code's zip: %w", err)
	}
	for _, f := range files.File {
		if err := unpackFile(dir, f); err != nil {
			return "", fmt.Errorf("unpacking %s: %w", f.Name, err)
		}
	}
	return dir, nil
}

// unpackFile writes one file with its mode; a name that leads out of the folder is refused.
func unpackFile(dir string, f *zip.File) (err error) {
	if !filepath.IsLocal(f.Name) {
		return errors.New("the name leads out of the folder")
	}
	path := filepath.Join(dir, f.Name)
	if f.FileInfo().IsDir() {
		return os.MkdirAll(path, 0o755)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	from, err := f.Open()
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, f.Mode().Perm())
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from) //nolint:gosec // Lambda's own limit of 50 MB zipped holds
	return errors.Join(err, to.Close())
}
