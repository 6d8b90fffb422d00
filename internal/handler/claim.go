package handler

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

// LogsAPI is what the handler asks of CloudWatch Logs.
type LogsAPI interface {
	CreateLogStream(context.Context, *cloudwatchlogs.CreateLogStreamInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.CreateLogStreamOutput, error)
}

var _ LogsAPI = (*cloudwatchlogs.Client)(nil)

const (
	// claimRounds is how often an invocation tries to get the claim.
	claimRounds = 3
	// claimPatience is how long a throttled claim is tried.
	claimPatience = 3 * time.Second
	// claimUnit divides the events of one deployment's later interruption from
	// those of an earlier one.
	claimUnit = 120 * time.Second
	// claimWaitMin and claimWaitMax bound the wait of who lost a round: the
	// time that whoever won needs to redeploy.
	claimWaitMin = 2 * time.Second
	claimWaitMax = 6 * time.Second
)

// claim tries to become the one invocation that redeploys, among those that
// handle the sibling tasks' events in the same second. Creating a log stream is
// atomic, free and permitted already. The claim only saves calls: where it is
// impossible the invocation acts without.
func (v *invocation) claim(ctx context.Context, deployment string, round int) (won bool) {
	if v.config.LogGroup == "" {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, claimPatience+time.Second)
	defer cancel()
	stream := claimStream(&v.event, deployment, v.interruptedAt(), round)
	patience := &patience{until: time.Now().Add(claimPatience)}
	_, err := v.logs.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{
		LogGroupName:  aws.String(v.config.LogGroup),
		LogStreamName: aws.String(stream),
	}, func(o *cloudwatchlogs.Options) { o.Retryer = patience.retryer() })

	var exists *types.ResourceAlreadyExistsException
	switch {
	case err == nil:
		return true
	case errors.As(err, &exists):
		v.log.DebugContext(ctx, "Another invocation has the claim", slog.String("claim", stream))
		return false
	case isThrottle(err):
		v.log.WarnContext(ctx, "The claim was throttled: taken for lost", slog.Any("error", err))
		return false
	}
	v.log.WarnContext(ctx, "The claim is not possible: acting without", slog.Any("error", err))
	return true
}

// claimStream names the log stream that is the claim on a deployment.
func claimStream(in *Interruption, deployment string, interrupted time.Time, round int) string {
	service := sha256.Sum256([]byte(in.ClusterARN + "/" + in.Service))
	id := strings.NewReplacer(":", "_", "*", "_").Replace(deployment) // not allowed in a stream's name
	return fmt.Sprintf("redeploy/%x/%s/%d/%d", service[:8], id, interrupted.Unix()/int64(claimUnit/time.Second), round)
}

// claimWait is the time that an invocation waits after a lost round.
func claimWait() time.Duration {
	return claimWaitMin + rand.N(claimWaitMax-claimWaitMin)
}
