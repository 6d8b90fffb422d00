package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Folder is a temporary directory for the code of sandboxes. It is locked for the lifetime of its process, so
// that [RemoveStale] can recognize those of killed processes.
type Folder struct {
	Path string
	lock *os.File
}

const (
	folderPattern = "localaws-*"
	lockName      = "lock"
)

// NewFolder creates a folder that only this user can read.
func NewFolder() (*Folder, error) {
	for {
		path, err := os.MkdirTemp("", folderPattern)
		if err != nil {
			return nil, fmt.Errorf("making a folder for the functions' code: %w", err)
		}
		lock, err := os.OpenFile(filepath.Join(path, lockName), os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return nil, errors.Join(err, os.RemoveAll(path))
		}
		f := &Folder{path, lock}
		if err := lockFile(lock, true); err != nil {
			return nil, errors.Join(err, f.Remove())
		}
		if _, err := os.Stat(lock.Name()); err == nil {
			return f, nil
		}
		_ = lock.Close() // RemoveStale locked it first, and took it for a stale one
	}
}

// Remove removes the folder and everything in it.
func (f *Folder) Remove() error {
	return errors.Join(os.RemoveAll(f.Path), f.lock.Close())
}

// RemoveStale removes this user's folders whose process was killed. Other users' folders are left alone.
func RemoveStale() error {
	paths, err := filepath.Glob(filepath.Join(os.TempDir(), folderPattern))
	if err != nil {
		return err
	}
	var errs []error
	for _, path := range paths {
		errs = append(errs, removeStale(path))
	}
	return errors.Join(errs...)
}

func removeStale(path string) error {
	info, err := os.Lstat(path)
	if err != nil || !info.IsDir() || !isOwn(info) {
		return nil // gone meanwhile, or created by another user
	}
	lock, err := os.OpenFile(filepath.Join(path, lockName), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // being created right now
	}
	if err != nil {
		return fmt.Errorf("opening the lock of a folder that another server may have left: %w", err)
	}
	defer lock.Close()
	if lockFile(lock, false) != nil {
		return nil // its process is alive
	}
	if err := os.RemoveAll(path); err != nil {
		return fmt.Errorf("removing the folder of a server that was killed: %w", err)
	}
	return nil
}
