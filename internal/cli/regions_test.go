package cli

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/spothandler/spothandler/internal/testaws"
)

// Several regions are visited side by side: each waits here for the others to begin, so that one after the other would
// never end. What they say comes in their order, one's failure stops none of the others, and the worst is the exit code.
func TestRegionsSideBySide(t *testing.T) {
	testaws.SetHome(t, "", nil)
	synctest.Test(t, func(t *testing.T) {
		outcomes := map[string]error{"ap-east-1": errDiffers, "eu-west-1": errors.New("broken"), "us-east-1": nil}
		var out, problems bytes.Buffer
		streams := fake(false)
		streams.out, streams.err = &out, &problems
		a := newApp(streams, nil)
		a.regions = []string{"us-east-1", "ap-east-1", "eu-west-1", "ap-east-1"}

		var begun sync.WaitGroup
		begun.Add(len(outcomes))
		err := a.inRegions(t.Context(), nil, nil, func(_ context.Context, a *app) error {
			begun.Done()
			begun.Wait()
			a.out.Printf("%s\n", a.region)
			return outcomes[a.region]
		})
		if code := a.conclude(t.Context(), err); code != exitError {
			t.Errorf("the exit code is %d", code)
		}
		if out.String() != "ap-east-1\neu-west-1\n\nus-east-1\n" || !bytes.HasPrefix(problems.Bytes(), []byte("\n✗ broken\n")) {
			t.Errorf("stdout\n%s\nstderr\n%s", &out, &problems)
		}
	})
}
