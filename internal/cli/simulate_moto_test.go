package cli

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/spothandler/spothandler/embed"
	"github.com/spothandler/spothandler/internal/simulate"
	"github.com/spothandler/spothandler/internal/testaws"
)

// On an AWS that others wrote, which runs no function without Docker and fails at an event for one, simulate ends well:
// no link is called broken or proved, and why is said.
func TestSimulateOnMoto(t *testing.T) {
	if _, err := embed.Archive("arm64"); errors.Is(err, embed.ErrNotBuilt) {
		t.Skip(err)
	}
	url, stop, err := testaws.StartMoto(t.Context())
	if errors.Is(err, testaws.ErrNoMoto) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	testaws.SetHome(t, "", map[string]string{"AWS_ENDPOINT_URL": url, "AWS_REGION": localRegion, "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1"})
	cfg, err := config.LoadDefaultConfig(t.Context(), config.WithRegion(localRegion), config.WithBaseEndpoint(url),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("test", "test", "")))
	if err != nil {
		t.Fatal(err)
	}
	serve(t, ecs.NewFromConfig(cfg))
	if code, shown := spothandler(t.Context(), "", "install", "--prefix", "prod"); code != exitFine {
		t.Fatal(shown.err)
	}
	code, answer := simulated(t, "simulate --cluster shop --service api --prefix prod")
	if code != exitDiffers || answer.Works {
		t.Errorf("exit code %d: %+v", code, answer)
	}
	for _, step := range answer.Steps {
		if step.OK != nil && (step.Broken() || step.Name != simulate.LinkEvent) || step.Detail == "" {
			t.Errorf("%+v", step)
		}
	}
}
