package input

import "context"

// Read reads what the command was given, with read, which may wait for a terminal or a pipe for as long as it
// likes. Its error is read's or, if the context ends first, the context's: read is left behind then, since the
// process ends soon.
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
