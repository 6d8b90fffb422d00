package status

import (
	"sync"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/deploy/resource"
)

// run is one run of status.
type run struct {
	*command.App
	opts      *options
	unchecked *unchecked // shared by all Regions

	onError func(error) // called with each error; may be nil
}

// report calls onError with err, unless one of them is nil.
func (r run) report(err error) {
	if r.onError != nil && err != nil {
		r.onError(err)
	}
}

// addUnchecked records what could not be checked, and warns about it.
func (r run) addUnchecked(notChecked ...resource.NotChecked) {
	r.unchecked.add(notChecked...)
	for _, each := range notChecked {
		r.Warn(each.String())
	}
}

// unchecked collects what status could not check, in any Region. The zero value is ready to use.
type unchecked struct {
	mu  sync.Mutex
	all []resource.NotChecked
}

func (u *unchecked) add(notChecked ...resource.NotChecked) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.all = append(u.all, notChecked...)
}

func (u *unchecked) list() []resource.NotChecked {
	u.mu.Lock()
	defer u.mu.Unlock()
	return append([]resource.NotChecked{}, u.all...)
}
