//go:build !linux

package localaws

import "errors"

// startProcess cannot: a function's bootstrap is a program for linux.
func startProcess(*cell) (sandbox, error) {
	return nil, errors.New("functions run as processes on linux only: set Options.InProcess")
}
