package lambda

import (
	"context"

	"github.com/spothandler/spothandler/internal/localaws/sandbox"
)

// cell is a sandbox, which starts with its first event, and its configuration.
type cell struct {
	sandbox.Sandbox
	conf   configuration
	code   func() (string, error) // the folder with the code
	epoch  int
	output *output
	env    map[string]string
	ctx    context.Context // ends with the sandbox
	end    context.CancelFunc
}

// invoke starts the sandbox if it is new, and passes it the event.
func (s *Host) invoke(ctx context.Context, box *cell, e sandbox.Event) sandbox.Outcome {
	if box.Sandbox == nil {
		started, err := s.start(box)
		if err != nil {
			return sandbox.Failure(e, "Runtime.InvalidEntrypoint", err.Error())
		}
		box.Sandbox = started
		s.server.Work().Go(func() {
			<-box.ctx.Done()
			started.Close()
		})
	}
	return box.Invoke(ctx, e)
}

func (s *Host) start(box *cell) (sandbox.Sandbox, error) {
	if s.opts.InProcess != nil {
		return s.opts.InProcess.Start(box.env, box.output)
	}
	url, err := s.server.URL()
	if err != nil {
		return nil, err
	}
	box.env["AWS_ENDPOINT_URL"] = url
	root, err := box.code()
	if err != nil {
		return nil, err
	}
	return sandbox.Start(box.ctx, root, box.env, box.output)
}
