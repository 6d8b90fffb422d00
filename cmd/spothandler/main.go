// Command spothandler installs, upgrades, inspects and removes the AWS resources that redeploy an ECS
// service when AWS reclaims its Fargate Spot capacity.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/spothandler/spothandler/internal/cli"
	"github.com/spothandler/spothandler/internal/cli/command"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the process immediately
	code := cli.Run(ctx, os.Args[1:], command.SystemStreams())
	stop()
	os.Exit(code)
}
