package cli_test

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/rogpeppe/go-internal/testscript"
)

// putRecords writes the lines of a file into a log group with a time of one minute ago, which also replaces NOW in them.
func putRecords(ts *testscript.TestScript, _ bool, args []string) {
	logs, at := envOf(ts).direct.Logs, time.Now().Add(-time.Minute)
	stream := aws.String("2026/11/26/[$LATEST]0123456789abcdef")
	_, err := logs.CreateLogStream(context.Background(), &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &args[0], LogStreamName: stream})
	ts.Check(err)
	var events []types.InputLogEvent
	text := strings.ReplaceAll(ts.ReadFile(args[1]), "NOW", at.UTC().Format("2006-01-02T15:04:05.000Z"))
	for line := range strings.Lines(text) {
		events = append(events, types.InputLogEvent{Timestamp: aws.Int64(at.UnixMilli()), Message: aws.String(strings.TrimSpace(line))})
	}
	_, err = logs.PutLogEvents(context.Background(), &cloudwatchlogs.PutLogEventsInput{LogGroupName: &args[0], LogStreamName: stream, LogEvents: events})
	ts.Check(err)
}
