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
	ctx, stop := signal.NotifyContext(context.Background(), interrupts()...)
	context.AfterFunc(ctx, func() {
		signal.Ignore(syscall.SIGHUP) // a closed terminal sends it more than once
		stop()                        // a second Ctrl-C ends the process immediately
	})
	code := cli.Run(ctx, os.Args[1:], command.SystemStreams())
	stop()
	os.Exit(code)
}

// interrupts returns the signals that end a command after what it is doing, as Ctrl-C does. SIGHUP, which is sent when the
// terminal is closed, remains ignored if it was at the start, as by nohup.
func interrupts() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}
