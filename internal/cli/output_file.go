package cli

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
)

// outputFile is a file that is written whole or not at all. An existing one is replaced.
type outputFile struct {
	flag string // that gave its name
	path string
	mode fs.FileMode // of the file that is replaced; 0 where there is none
}

// openOutputFile says whether a file can be written where the flag says, and changes nothing. A link is followed. Example
// is the name of such a file.
func openOutputFile(flag, path, example string) (*outputFile, error) {
	refuse := func(hint, format string, args ...any) error {
		return apperr.Invalid(hint, flag+" "+path+" "+format, args...)
	}
	f := &outputFile{flag: flag, path: path}
	if _, err := os.Lstat(path); err == nil {
		if f.path, err = filepath.EvalSymlinks(path); err != nil {
			return nil, refuse("remove it, or name another file", "cannot be followed: %v", errorCause(err))
		}
	}
	switch info, err := os.Stat(f.path); {
	case err == nil && info.IsDir():
		return nil, refuse(flag+" "+filepath.Join(path, example), "is a directory")
	case err == nil && !info.Mode().IsRegular():
		return nil, refuse("name another file", "is not a regular file")
	case err == nil:
		f.mode = info.Mode().Perm()
		existing, err := os.OpenFile(f.path, os.O_WRONLY, 0)
		if err != nil {
			return nil, refuse("name another file", "may not be replaced: %v", errorCause(err))
		}
		return f, errors.Join(existing.Close(), f.try(refuse))
	case !errors.Is(err, fs.ErrNotExist):
		return nil, refuse("name another file", "cannot be written: %v", errorCause(err))
	case strings.HasSuffix(path, string(filepath.Separator)):
		return nil, refuse(flag+" "+filepath.Join(path, example), "names a directory")
	}
	return f, f.try(refuse)
}

// try makes the temporary file and removes it.
func (f *outputFile) try(refuse func(string, string, ...any) error) error {
	made, err := f.create()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return refuse("make the directory first", "cannot be written: there is no directory %s", filepath.Dir(f.path))
	case err != nil:
		return refuse("name another file", "cannot be written: %v", errorCause(err))
	}
	return errors.Join(made.Close(), os.Remove(made.Name()))
}

// create makes a file beside the one that is meant, as the process's umask has it.
func (f *outputFile) create() (*os.File, error) {
	name := "." + filepath.Base(f.path) + "." + rand.Text() + ".tmp"
	if len(name) > 255 { // the longest name of most file systems
		name = "." + rand.Text() + ".tmp"
	}
	return os.OpenFile(filepath.Join(filepath.Dir(f.path), name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
}

// write puts the text in the place of the file.
func (f *outputFile) write(text []byte) error {
	made, err := f.create()
	if err != nil {
		return f.failed(err)
	}
	defer func() { _ = os.Remove(made.Name()) }() // not there any more where all went well
	_, err = made.Write(text)
	if f.mode != 0 {
		err = errors.Join(err, made.Chmod(f.mode))
	}
	if err = errors.Join(err, made.Sync(), made.Close()); err != nil {
		return f.failed(err)
	}
	if err := os.Rename(made.Name(), f.path); err != nil {
		return f.failed(err)
	}
	return nil
}

func (f *outputFile) failed(err error) error {
	return &apperr.Error{
		Code: apperr.CodeFailed, Message: fmt.Sprintf("writing %s: %v", f.path, errorCause(err)),
		Detail: []string{"No file was written."}, Hints: []string{f.flag + " FILE   another file"}, Err: err,
	}
}
