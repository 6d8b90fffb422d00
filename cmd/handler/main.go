// Command handler is the Lambda function: it passes each event to
// internal/handler. The environment is read once, when a sandbox starts.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"log/slog"
	"os"
	"strings"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/spothandler/spothandler/internal/handler"
)

func main() {
	config, err := handler.ConfigFromEnv(os.Getenv)
	logger := handler.NewLogger(os.Stdout, config.LogLevel)
	if err != nil {
		logger.Error("The function's environment is not usable", slog.Any("error", err))
		os.Exit(1)
	}
	log.SetFlags(0)
	log.SetOutput(lines{logger})
	lambda.Start(function{handler.New(config, ecsClient(os.Getenv), logsClient(os.Getenv), os.Stdout)})
}

// function adapts the handler to the Lambda runtime. It passes the bytes on
// unparsed, since the handler also deals with events that are not JSON.
type function struct{ *handler.Handler }

// Invoke handles one event. An error carries its own type; otherwise Lambda
// would use the name of the Go type.
func (f function) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	response, err := f.Handle(ctx, event)
	var typed *handler.Error
	if errors.As(err, &typed) {
		return nil, messages.InvokeResponse_Error{Type: typed.Type, Message: typed.Error()}
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(response)
}

// lines writes what the Lambda runtime prints to the standard logger as JSON
// records: the error of a failed invocation, which has its own record already,
// and problems with the Runtime API.
type lines struct{ *slog.Logger }

var _ io.Writer = lines{}

func (l lines) Write(line []byte) (int, error) {
	level := slog.LevelError
	if strings.HasPrefix(string(line), `{"errorMessage"`) {
		level = slog.LevelDebug
	}
	l.Log(context.Background(), level, strings.TrimSpace(string(line)))
	return len(line), nil
}
