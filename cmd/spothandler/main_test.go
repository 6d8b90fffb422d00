package main

import (
	"os"
	"os/signal"
	"slices"
	"syscall"
	"testing"
)

// With nohup a command continues when the terminal is closed; otherwise that interrupts it.
func TestClosedTerminal(t *testing.T) {
	if !slices.Contains(interrupts(), os.Signal(syscall.SIGHUP)) && !signal.Ignored(syscall.SIGHUP) {
		t.Error("SIGHUP ends the process at once")
	}
	signal.Ignore(syscall.SIGHUP)
	defer signal.Reset(syscall.SIGHUP)
	if slices.Contains(interrupts(), os.Signal(syscall.SIGHUP)) {
		t.Error("SIGHUP is no longer ignored")
	}
}
