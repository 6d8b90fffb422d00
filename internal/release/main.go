// Command release creates the files of a release of spothandler other than the binary. The Makefile and goreleaser
// run it:
//
//	go run ./internal/release licenses FILE              the licenses of everything that is linked in
//	go run ./internal/release extras DIR VERSION DATE    completions and man pages; the date is RFC 3339
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spothandler/spothandler/internal/cli"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	switch {
	case len(args) == 2 && args[0] == "licenses":
		text, err := thirdParty(ctx, ".")
		if err != nil {
			return err
		}
		return os.WriteFile(args[1], []byte(text), 0o644) //nolint:gosec // world-readable on purpose
	case len(args) == 4 && args[0] == "extras":
		date, err := time.Parse(time.RFC3339, args[3])
		if err != nil {
			return err
		}
		return writeExtras(cli.Commands(), args[1], args[2], date)
	}
	return errors.New("usage: release licenses FILE | release extras DIR VERSION DATE")
}
