//go:build !linux

package sandbox

import (
	"errors"
	"io/fs"
	"os"
)

// lockFile cannot lock: no code is unpacked where functions do not run as processes.
func lockFile(*os.File, bool) error { return errors.ErrUnsupported }

func isOurs(fs.FileInfo) bool { return false }
