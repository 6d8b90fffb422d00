//go:build !linux

package sandbox

import (
	"context"
	"errors"
	"io"
)

// Start fails: a function's bootstrap is a Linux program.
func Start(context.Context, string, map[string]string, io.Writer) (Sandbox, error) {
	return nil, errors.New("functions run as processes on linux only: set Options.InProcess")
}
