// Command docs writes the generated parts of the documents. The Makefile runs it:
//
//	go run ./internal/docs pages              the generated parts of docs/*.md
//	go run ./internal/docs pictures BINARY   docs/images, from the demo's output of this binary
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "docs:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	switch {
	case len(args) == 1 && args[0] == "pages":
		return writePages()
	case len(args) == 2 && args[0] == "pictures":
		return pictures(ctx, args[1])
	}
	return errors.New("usage: docs pages | docs pictures BINARY")
}

func writePages() error {
	pages, err := generated(".")
	if err != nil {
		return err
	}
	for path, text := range pages {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil { //nolint:gosec // world-readable on purpose
			return err
		}
	}
	return nil
}
