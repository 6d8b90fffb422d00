//go:build !linux

package sandbox

import (
	"errors"
	"io/fs"
	"os"
)

// lockFile fails: no code is unpacked where functions do not run as processes.
func lockFile(*os.File, bool) error { return errors.ErrUnsupported }

func isOwn(fs.FileInfo) bool { return false }
