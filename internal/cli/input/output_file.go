package input

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

// OutputFile is a file that is written atomically. An existing file is replaced.
type OutputFile struct {
	flag string // that set the path
	Path string
	mode fs.FileMode // of the existing file; 0 if there is none
}

// OpenOutputFile checks that a file can be written at a flag's path, without writing it. It follows symbolic links. example
// is a file name for the hint if the path is a directory.
func OpenOutputFile(flag, path, example string) (*OutputFile, error) {
	refuse := func(hint, format string, args ...any) error {
		return apperr.Invalid(hint, flag+" "+path+" "+format, args...)
	}
	f := &OutputFile{flag: flag, Path: path}
	if _, err := os.Lstat(path); err == nil {
		if f.Path, err = filepath.EvalSymlinks(path); err != nil {
			return nil, refuse("remove it, or name another file", "cannot be resolved: %v", ErrorCause(err))
		}
	}
	switch info, err := os.Stat(f.Path); {
	case err == nil && info.IsDir():
		return nil, refuse(flag+" "+filepath.Join(path, example), "is a directory")
	case err == nil && !info.Mode().IsRegular():
		return nil, refuse("name another file", "is not a regular file")
	case err == nil:
		f.mode = info.Mode().Perm()
		existing, err := os.OpenFile(f.Path, os.O_WRONLY, 0)
		if err != nil {
			return nil, refuse("name another file", "cannot be replaced: %v", ErrorCause(err))
		}
		return f, errors.Join(existing.Close(), f.try(refuse))
	case !errors.Is(err, fs.ErrNotExist):
		return nil, refuse("name another file", "cannot be written: %v", ErrorCause(err))
	case strings.HasSuffix(path, string(filepath.Separator)):
		return nil, refuse(flag+" "+filepath.Join(path, example), "names a directory")
	}
	return f, f.try(refuse)
}

// try creates the temporary file and removes it.
func (f *OutputFile) try(refuse func(string, string, ...any) error) error {
	made, err := f.create()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return refuse("create the directory first", "cannot be written: there is no directory %s", filepath.Dir(f.Path))
	case err != nil:
		return refuse("name another file", "cannot be written: %v", ErrorCause(err))
	}
	return errors.Join(made.Close(), os.Remove(made.Name()))
}

// create creates a temporary file in the same directory, with permissions subject to the umask.
func (f *OutputFile) create() (*os.File, error) {
	name := "." + filepath.Base(f.Path) + "." + rand.Text() + ".tmp"
	if len(name) > 255 { // the limit of most file systems
		name = "." + rand.Text() + ".tmp"
	}
	return os.OpenFile(filepath.Join(filepath.Dir(f.Path), name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
}

// Write writes text to the file, and replaces an existing one.
func (f *OutputFile) Write(text []byte) error {
	made, err := f.create()
	if err != nil {
		return f.failed(err)
	}
	defer func() { _ = os.Remove(made.Name()) }() // fails if it was renamed
	_, err = made.Write(text)
	if f.mode != 0 {
		err = errors.Join(err, made.Chmod(f.mode))
	}
	if err = errors.Join(err, made.Sync(), made.Close()); err != nil {
		return f.failed(err)
	}
	if err := os.Rename(made.Name(), f.Path); err != nil {
		return f.failed(err)
	}
	return nil
}

func (f *OutputFile) failed(err error) error {
	return &apperr.Error{
		Code: apperr.CodeFailed, Message: fmt.Sprintf("writing %s: %v", f.Path, ErrorCause(err)),
		Detail: []string{"No file was written."}, Hints: []string{f.flag + " FILE   another file"}, Err: err,
	}
}

// ErrorCause returns the error that err wraps, such as that of an *fs.PathError without the path, or err if it wraps none.
func ErrorCause(err error) error {
	if cause, ok := err.(interface{ Unwrap() error }); ok {
		return cause.Unwrap()
	}
	return err
}
