package cli

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/local"
	"github.com/spothandler/spothandler/internal/testaws"
)

// doctor succeeds on an independent implementation of AWS, and reports what that does not support as not checked.
func TestDoctorOnMoto(t *testing.T) {
	if err := testaws.ServeOnSpot(t.Context(), ecs.NewFromConfig(testaws.UseMoto(t, local.Region))); err != nil {
		t.Fatal(err)
	}
	result, code := diagnose(t)
	if len(result.Services) != 1 || code == command.ExitError {
		t.Fatalf("exit code %d: %+v", code, result)
	}
	for _, want := range []string{"SPOT101", "SPOT102"} { // of the task definition, and of the service
		if result.found("api", want) == nil {
			t.Errorf("%s was not found: %+v", want, result.Services[0])
		}
	}
	if len(result.NotChecked) == 0 || result.Ready {
		t.Errorf("moto has no quotas of Fargate: %+v", result.NotChecked)
	}
}
