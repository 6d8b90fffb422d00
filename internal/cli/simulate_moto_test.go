package cli

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/local"
	"github.com/spothandler/spothandler/internal/simulate"
	"github.com/spothandler/spothandler/internal/testaws"
)

// On moto, which runs no function without Docker and fails on events for one, simulate ends without an error: it calls no
// link broken or verified, and reports the reason.
func TestSimulateOnMoto(t *testing.T) {
	needArchive(t)
	if err := testaws.ServeOnSpot(t.Context(), ecs.NewFromConfig(testaws.UseMoto(t, local.Region))); err != nil {
		t.Fatal(err)
	}
	if code, shown := spothandler(t.Context(), "", "install", "--prefix", "prod"); code != command.ExitOK {
		t.Fatal(shown.err)
	}
	code, output := simulated(t, "simulate --cluster shop --service api --prefix prod")
	if code != command.ExitDiffers || output.Works {
		t.Errorf("exit code %d: %+v", code, output)
	}
	for _, step := range output.Steps {
		if step.OK != nil && (step.Broken() || step.Name != simulate.LinkEvent) || step.Detail == "" {
			t.Errorf("%+v", step)
		}
	}
}
