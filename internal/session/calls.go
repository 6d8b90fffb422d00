package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go/middleware"

	"github.com/spothandler/spothandler/internal/apperr"
)

// callLog observes every AWS call: it records whether a write was sent and, with --verbose, prints each call.
type callLog struct {
	out io.Writer // nil: silent

	mu     sync.Mutex
	writes int
}

// wrote reports whether a call was sent that may have changed something.
func (l *callLog) wrote() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.writes > 0
}

// register adds the log to an SDK client's middleware stack.
func (l *callLog) register(stack *middleware.Stack) error {
	operation := stack.ID()
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("spothandlerCalls", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		return l.handle(ctx, operation, in, next)
	}), middleware.After)
}

func (l *callLog) handle(ctx context.Context, operation string, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
	write := !isRead(operation)
	started := time.Now()
	out, metadata, err := next.HandleInitialize(ctx, in)

	l.mu.Lock()
	defer l.mu.Unlock()
	if write && !isRefused(err, metadata) {
		l.writes++
	}
	if l.out != nil {
		verdict := "ok"
		if err != nil {
			verdict = strings.ReplaceAll(err.Error(), "\n", " ")
		}
		fmt.Fprintf(l.out, "%6dms %s %s\n", time.Since(started).Milliseconds(), actionOf(ctx, operation), verdict)
	}
	return out, metadata, err
}

// actionOf returns the IAM action of a call. Calls to the metadata of an instance or a container are not IAM
// actions.
func actionOf(ctx context.Context, operation string) string {
	switch service := awsmiddleware.GetServiceID(ctx); {
	case service != "":
		return apperr.IAMAction(service, operation)
	case operation == "GetCredentials":
		return "container:" + operation
	}
	return "metadata:" + operation
}

// isRefused reports whether a write changed nothing: AWS rejected each attempt with a 4xx response. A call
// whose response was lost may have changed something.
func isRefused(err error, metadata middleware.Metadata) bool {
	if err == nil {
		return false
	}
	attempts, _ := retry.GetAttemptResults(metadata)
	for _, attempt := range attempts.Results {
		var response *awshttp.ResponseError
		if !errors.As(attempt.Err, &response) || response.HTTPStatusCode() < 400 || response.HTTPStatusCode() >= 500 {
			return false
		}
	}
	return len(attempts.Results) > 0
}

// isRead reports whether a call changes nothing in the account, by its verb.
func isRead(operation string) bool {
	for _, verb := range []string{"Get", "List", "Describe", "Filter", "Test", "Simulate", "Assume"} {
		if strings.HasPrefix(operation, verb) {
			return true
		}
	}
	return false
}
