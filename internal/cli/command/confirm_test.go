package command

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"
)

// Ctrl-C ends a question immediately, although a read from the terminal is still blocked.
func TestInterruptDuringQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nobody, keys := io.Pipe()
		defer keys.Close()
		var shown bytes.Buffer
		streams := Streams{Stdin: nobody, Stderr: &shown, StdinTTY: true, StderrTTY: true, Width: 80, Environ: []string{"NO_COLOR=1"}}
		a := New(streams, nil, "1.2.3")
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if err := a.Confirm(ctx, "Remove it?", "prod"); !errors.Is(err, context.Canceled) {
			t.Errorf("it is %v", err)
		}
		if shown.String() != "? Remove it? Type prod: \n" {
			t.Errorf("%q", shown.String())
		}
	})
}
