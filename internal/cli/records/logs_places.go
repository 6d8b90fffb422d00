package records

import (
	"slices"
	"sync"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/session"
)

// checkLocations rejects an ARN that is in none of the places to read: no record would match. No places are unknown ones.
func checkLocations(resources []input.Resource, places []session.Identity) error {
	for _, each := range resources {
		var err error
		for _, place := range slices.Backward(places) {
			if err = each.CheckLocation(place); err == nil {
				break
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// readPlaces are the places that several concurrent runs read.
type readPlaces struct {
	mu  sync.Mutex
	ids map[*command.App]session.Identity
}

func (p *readPlaces) add(run *command.App, id session.Identity) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ids == nil {
		p.ids = map[*command.App]session.Identity{}
	}
	p.ids[run] = id
}

// placesOf returns the places of the runs. Of one that failed before it began to read, only the Region is known.
func placesOf[T command.Outcome](p *readPlaces, runs []*command.TargetRun[T]) []session.Identity {
	var all []session.Identity
	for _, v := range runs {
		id, known := p.ids[v.App]
		if !known {
			id = session.Identity{Region: v.Region}
		}
		all = append(all, id)
	}
	return all
}
