package deploy

import (
	"context"
	"strings"
	"time"

	smithytime "github.com/aws/smithy-go/time"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/resource"
)

const (
	settleCeiling = 90 * time.Second
	settlePause   = 500 * time.Millisecond
)

// settled observes again until nothing is left to change, because AWS's reads are eventually consistent.
func settled(ctx context.Context, ceiling time.Duration, look func(context.Context) (left []resource.Change, err error)) error {
	if ceiling == 0 {
		ceiling = settleCeiling
	}
	deadline := time.Now().Add(ceiling)
	for {
		left, err := look(ctx)
		if err != nil || len(left) == 0 {
			return err
		}
		if time.Now().After(deadline) {
			return unsettled(left[0])
		}
		if err := smithytime.SleepWithContext(ctx, settlePause); err != nil {
			return err
		}
	}
}

// unsettled returns an error that names what still differs in a resource.
func unsettled(change resource.Change) *apperr.Error {
	text := change.Describe()
	if change.Action == resource.Update {
		paths := make([]string, 0, len(change.Fields))
		for _, field := range change.Fields {
			paths = append(paths, resource.Label(field.Path))
		}
		text += ": " + strings.Join(paths, ", ")
	}
	cause := "something else reverts it"
	switch change.Action {
	case resource.Create:
		cause = "another command, such as an uninstall, has deleted " + change.String()
	case resource.Delete:
		cause = "another command, such as an install, has created " + change.String() + " again"
	}
	return &apperr.Error{
		Code:    apperr.CodeNotSettled,
		Message: "all changes were applied, but verification still finds: " + text,
		Detail:  []string{"AWS may need longer, or " + cause + "."},
		Hints:   []string{"run the command again when no other command changes this installation"},
	}
}
