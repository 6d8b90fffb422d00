//go:build ignore

// Build cross-compiles cmd/handler and writes the zip files that the
// spothandler binary embeds. It is run by `go generate ./embed`.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"github.com/spothandler/spothandler/embed/internal/pack"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := pack.Generate(ctx, "..", "dist", os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "embed:", err)
		os.Exit(1)
	}
}
