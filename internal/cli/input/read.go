package input

import "context"

// Read calls read, which may block on a terminal or a pipe, and returns its results. If the context ends first, Read returns
// the context's error and leaves read running, since the process is about to exit.
func Read[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type result struct {
		content T
		err     error
	}
	done := make(chan result, 1)
	go func() {
		content, err := read()
		done <- result{content, err}
	}()
	select {
	case r := <-done:
		return r.content, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
