// Command spothandler installs, upgrades, inspects and removes the AWS resources that redeploy an ECS
// service when AWS reclaims its Fargate Spot capacity.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second ctrl-C ends the process at once
	code := run(ctx, os.Args[1:], systemStreams())
	stop()
	os.Exit(code)
}
