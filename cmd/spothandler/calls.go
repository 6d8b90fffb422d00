package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"

	"github.com/spothandler/spothandler/internal/deploy"
)

// callLog sees every AWS call: it knows whether a write was sent, and prints them all under --verbose.
type callLog struct {
	out io.Writer // nil: silent

	mu     sync.Mutex
	writes int
}

// wrote says whether a call that may change something was sent.
func (l *callLog) wrote() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.writes > 0
}

// register puts the log into an SDK client's stack.
func (l *callLog) register(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("spothandlerCalls", l.handle), middleware.After)
}

func (l *callLog) handle(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
	operation := awsmiddleware.GetOperationName(ctx)
	write := !isRead(operation)
	started := time.Now()
	out, metadata, err := next.HandleInitialize(ctx, in)

	l.mu.Lock()
	defer l.mu.Unlock()
	// A write that was refused changed nothing; one whose answer was lost may have.
	if write && !deploy.IsAccessDenied(err) {
		l.writes++
	}
	if l.out != nil {
		verdict := "ok"
		if err != nil {
			verdict = strings.ReplaceAll(err.Error(), "\n", " ")
		}
		fmt.Fprintf(l.out, "%6dms %s %s\n", time.Since(started).Milliseconds(), deploy.IAMAction(awsmiddleware.GetServiceID(ctx), operation), verdict)
	}
	return out, metadata, err
}

func isRead(operation string) bool {
	for _, verb := range []string{"Get", "List", "Describe"} {
		if strings.HasPrefix(operation, verb) {
			return true
		}
	}
	return false
}
