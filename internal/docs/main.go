// Command docs writes the parts of the documents that are generated. The Makefile runs it:
//
//	go run ./internal/docs        the generated parts of docs/*.md
package main

import (
	"errors"
	"fmt"
	"os"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "docs:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) > 0 {
		return errors.New("usage: docs")
	}
	pages, err := generated(".")
	if err != nil {
		return err
	}
	for path, text := range pages {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil { //nolint:gosec // everybody may read it
			return err
		}
	}
	return nil
}
