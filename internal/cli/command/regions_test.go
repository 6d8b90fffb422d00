package command

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spothandler/spothandler/internal/testaws"
)

// found is the outcome of a command in a Region.
type found string

func (f found) Brief() string         { return string(f) }
func (f found) At(where Location) any { return where }

// Several Regions are processed concurrently: each run waits for the others to start, so that sequential runs would never
// end. Each has a progress line when it completes. The output is in the order of the Regions, an error names its Region, a
// failure does not stop the others, and the exit code is the worst.
func TestRegionsRunConcurrently(t *testing.T) {
	testaws.SetHome(t, "", nil)
	synctest.Test(t, func(t *testing.T) {
		outcomes := map[string]error{"ap-east-1": ErrDiffers, "eu-west-1": errors.New("broken"), "us-east-1": nil}
		takes := map[string]time.Duration{"ap-east-1": 3 * time.Second, "eu-west-1": time.Second, "us-east-1": 2 * time.Second}
		var out, problems bytes.Buffer
		a := New(Streams{Stdout: &out, Stderr: &problems, Width: 80}, nil, "1.2.3")
		a.Output = "text"
		a.Regions = []string{"us-east-1", "ap-east-1", "eu-west-1", "ap-east-1"}

		var begun sync.WaitGroup
		begun.Add(len(outcomes))
		err := RunAndDeliver(t.Context(), a, "prod", func(_ context.Context, a *App) (found, error) {
			begun.Done()
			begun.Wait()
			time.Sleep(takes[a.Region])
			a.Out.Printf("%s\n", a.Region)
			return "as found", outcomes[a.Region]
		})
		if code := a.ReportError(t.Context(), err); code != ExitError {
			t.Errorf("the exit code is %d", code)
		}
		if out.String() != "ap-east-1\neu-west-1\n\nus-east-1\n" {
			t.Errorf("stdout\n%s", &out)
		}
		const want = `  ✗ region      eu-west-1                                         failed   1.0s
  ✓ region      us-east-1                                       as found   2.0s
  ! region      ap-east-1                                       as found   3.0s


✗ eu-west-1: broken
  › spothandler --verbose   # the same, with every call to AWS
`
		if problems.String() != want {
			t.Errorf("stderr\n%s", &problems)
		}
	})
}
