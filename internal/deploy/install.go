package deploy

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// InstallRequest is what an install is asked for.
type InstallRequest struct {
	Prefix         string
	Given          settings.Given
	Reset          bool // put what is not given back to its default
	Adopt          bool // take over a function, rule or log group that has one of our names
	AllowDowngrade bool // touch an installation of a newer version
	Upgrade        bool // only where there is an installation already

	Clusters ClusterAPI                                 // is asked whether the clusters exist; nil: they are not looked for
	Version  string                                     // of the binary
	Release  func(architecture string) (Release, error) // the code to install
	Warn     func(string)                               // hears what deserves attention and stops nothing; may be nil
}

// Install is a prepared install: everything is decided, and nothing is written.
type Install struct {
	Found   *Installation // what was found last
	Spec    settings.Spec
	Want    State
	Release Release
	Changes []Change
	Taken   []Unowned // what the changes take over from others
	Others  []Listed  // installations of the region, once Verify or LookAround has looked for them

	ClusterCheck ClusterCheck
	NotChecked   []NotChecked // what Verify or LookAround may not look at

	clients Clients
	id      session.Identity
	request InstallRequest
}

// ErrNotInstalled is the error of an upgrade where nothing is installed.
var ErrNotInstalled = errors.New("it is not installed")

// PrepareInstall finds the installation and decides, before the first write, what leads to what is asked
// for. It refuses what would fail halfway: a newer version, resources of others, a prefix that differs
// from another's in case alone, executions that the account does not have.
func PrepareInstall(ctx context.Context, clients Clients, id session.Identity, request InstallRequest) (*Install, error) {
	i := &Install{clients: clients, id: id, request: request}
	var err error
	if i.Found, err = find(ctx, clients, id, request.Prefix, request.Given, ToCompare, nil); err != nil {
		return nil, err
	}
	if request.Upgrade && !i.Found.Found() {
		return nil, ErrNotInstalled
	}
	if err := i.plan(); err != nil {
		return nil, err
	}
	if err := i.checkCase(ctx); err != nil {
		return nil, err
	}
	if err := i.checkClusters(ctx); err != nil {
		return nil, err
	}
	if err := i.Want.Function.checkConcurrency(ctx, clients.Lambda, id.Region, i.Found.State.Function); err != nil {
		return nil, err
	}
	if err := i.warnOfLoss(ctx); err != nil {
		return nil, err
	}
	return i, nil
}

// plan decides without a call.
func (i *Install) plan() error {
	if err := i.checkFound(); err != nil {
		return err
	}
	spec, warnings, err := i.Found.Resolve(i.request.Given, i.request.Reset)
	if err != nil {
		return err
	}
	i.warn(warnings...)
	if err := settings.CheckNames(i.Found.Names.Region, spec.Prefix, spec.FunctionName, spec.RuleName); err != nil {
		return err
	}
	i.Spec = spec
	if i.Release, err = i.request.Release(spec.Architecture); err != nil {
		return err
	}
	if i.Want, err = Desired(i.Found.Names, spec, i.Release); err != nil {
		return err
	}
	i.Changes, i.Taken = i.Found.Plan(i.Want), i.Found.Unowned()
	i.warn(Lingering(i.Found.State, i.Changes)...)
	i.warn(PatternWarning(i.Want, i.Found.State)...)
	return nil
}

func (i *Install) checkFound() error {
	if err := i.Found.CheckVersion(i.request.Version, i.request.AllowDowngrade); err != nil {
		return err
	}
	if err := i.Found.CheckOurs(i.request.Adopt); err != nil {
		return err
	}
	return i.Found.CheckReadable()
}

// warnOfLoss tells what others have added to a function that must be recreated: it alone looks for what
// no comparison needs.
func (i *Install) warnOfLoss(ctx context.Context) error {
	f := i.Found.State.Function
	if f != nil && slices.ContainsFunc(i.Changes, func(c Change) bool { return c.Action == Delete && c.ID == f.id() }) {
		unread, err := f.readAdditions(ctx, i.clients, i.Found.Names)
		if err != nil {
			return err
		}
		for _, each := range unread {
			i.warn(each.String())
		}
	}
	i.warn(Lost(i.Found.State, i.Changes)...)
	return nil
}

// checkCase refuses a prefix that another installation has in other letters: its role is not found by our
// name, and IAM would refuse ours. Whoever may not list roles learns it from IAM.
func (i *Install) checkCase(ctx context.Context) error {
	if i.Found.State.Role != nil {
		return nil
	}
	others, err := List(ctx, i.clients, i.id, i.Found.Names.RolePath)
	if err != nil {
		return ctx.Err()
	}
	return CheckCase(i.request.Prefix, others)
}

// checkClusters warns of a cluster that is not there: it may be created later, and it may be mistyped.
func (i *Install) checkClusters(ctx context.Context) error {
	if i.request.Clusters == nil {
		return nil
	}
	check, err := CheckClusters(ctx, i.request.Clusters, i.id, i.Spec.Clusters)
	i.ClusterCheck = check
	i.warn(check.Messages()...)
	return err
}

func (i *Install) warn(texts ...string) { warn(i.request.Warn, texts...) }

func warn(hear func(string), texts ...string) {
	for _, text := range texts {
		if hear != nil {
			hear(text)
		}
	}
}

// Apply does the changes and returns how many are done, as the function Apply does.
func (i *Install) Apply(ctx context.Context, options Options) (done int, err error) {
	return Apply(ctx, i.clients, i.Found.Names, i.Changes, options)
}

// Verify finds the installation again until nothing is left to change, for at most the ceiling (0: its
// own), and meanwhile the other installations of the region. An install that changes nothing needs none.
func (i *Install) Verify(ctx context.Context, ceiling time.Duration) error {
	if len(i.Changes) == 0 {
		return nil
	}
	var group errgroup.Group
	rolePath := i.Found.Names.RolePath // Found is looked for again meanwhile
	group.Go(func() error {
		i.lookAround(ctx, rolePath)
		return nil
	})
	group.Go(func() error {
		err := settled(ctx, ceiling, func(ctx context.Context) (left []Change, err error) {
			found, err := findAgain(ctx, i.clients, i.Found.Names, ToCompare)
			if err != nil {
				return nil, err
			}
			i.Found = found
			return found.Plan(i.Want), nil
		})
		if known, explained := errors.AsType[*apperr.Error](err); explained && known.Code == apperr.CodeNotSettled {
			return cmp.Or(i.Found.CheckOurs(false), err) // somebody made it theirs
		}
		return err
	})
	return group.Wait()
}

// LookAround finds the other installations of the region. Whoever may not list roles may still install.
func (i *Install) LookAround(ctx context.Context) { i.lookAround(ctx, i.Found.Names.RolePath) }

func (i *Install) lookAround(ctx context.Context, rolePath string) {
	others, err := List(ctx, i.clients, i.id, rolePath)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		i.NotChecked = append(i.NotChecked, NotChecked{"other installations", apperr.WhyNot(err)})
		return
	}
	i.Others = others
}
