package deploy

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// InstallRequest is the input of PrepareInstall.
type InstallRequest struct {
	Prefix         string
	Given          settings.Given
	Reset          bool // reset settings that are not given to their defaults
	Adopt          bool // take over a function, rule or log group with one of the installation's names
	AllowDowngrade bool // change an installation of a newer version
	Upgrade        bool // only if it is already installed

	Clusters ClusterAPI                                          // checks that the clusters exist; nil: no check
	Version  string                                              // the binary's version
	Release  func(architecture string) (resource.Release, error) // the code to install
	Warn     func(string)                                        // receives warnings; may be nil
}

// Install is a prepared install: all decisions are made, and nothing is written.
type Install struct {
	Found   *Installation // the last observation
	Spec    settings.Spec
	Want    resource.State
	Release resource.Release
	Changes []resource.Change
	Taken   []resource.Unowned // what the changes take over from others
	Others  []Listed           // the other installations of the Region; before Verify also this one

	ClusterCheck ClusterCheck
	NotChecked   []resource.NotChecked // what could not be read

	clients resource.Clients
	id      session.Identity
	request InstallRequest
}

// NotInstalledError is the error of an upgrade if nothing is installed under its prefix.
type NotInstalledError struct {
	Others []Listed // the installations of the Region
	Err    error    // why they could not be listed; nil if they were
}

func (*NotInstalledError) Error() string { return "it is not installed" }

// PrepareInstall finds the installation and decides, before the first write, how to change it. It returns an
// error for whatever would fail halfway: a newer version, resources of others, a prefix that differs from
// another's only in case, executions that the account does not have.
func PrepareInstall(ctx context.Context, clients resource.Clients, id session.Identity, request InstallRequest) (*Install, error) {
	i := &Install{clients: clients, id: id, request: request}
	found, others, err := newSearch(clients, id, resource.ToCompare).findWithOthers(ctx, request.Prefix, request.Given)
	if err == nil && len(found.Unowned()) > 0 { // the tags may have been read before another install created the resource
		found, err = newSearch(clients, id, resource.ToCompare).find(ctx, request.Prefix, request.Given)
	}
	if err != nil {
		return nil, err
	}
	i.Found, i.Others, i.NotChecked = found, others.listed, others.notChecked()
	if request.Upgrade && !found.Found() {
		return nil, &NotInstalledError{others.listed, others.err}
	}
	if err := i.plan(); err != nil {
		return nil, err
	}
	if err := i.checkCase(); err != nil {
		return nil, err
	}
	if err := i.checkClusters(ctx); err != nil {
		return nil, err
	}
	if err := i.Want.Function.CheckConcurrency(ctx, clients.Lambda, id.Region, i.Found.State.Function); err != nil {
		return nil, err
	}
	if err := i.warnOfLoss(ctx); err != nil {
		return nil, err
	}
	return i, nil
}

// plan computes the plan without any call.
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
	if i.Want, err = resource.Desired(i.Found.Names, spec, i.Release); err != nil {
		return err
	}
	i.Changes, i.Taken = i.Found.Plan(i.Want), i.Found.Unowned()
	i.warn(leftInVPC(i.Found.State, i.Changes)...)
	i.warn(patternWarning(i.Want, i.Found.State)...)
	return nil
}

func (i *Install) checkFound() error {
	if err := i.Found.checkVersion(i.request.Version, i.request.AllowDowngrade); err != nil {
		return err
	}
	if err := i.Found.checkOwnership(i.request.Adopt); err != nil {
		return err
	}
	return i.Found.checkReadable()
}

// warnOfLoss warns about what others have added to a function that must be recreated. No other code reads
// these additions.
func (i *Install) warnOfLoss(ctx context.Context) error {
	f := i.Found.State.Function
	if f != nil && slices.ContainsFunc(i.Changes, func(c resource.Change) bool { return c.Action == resource.Delete && c.ID == f.ID() }) {
		unread, err := f.ReadAdditions(ctx, i.clients, i.Found.Names)
		if err != nil {
			return err
		}
		for _, each := range unread {
			i.warn(each.String())
		}
	}
	i.warn(resource.LostAdditions(i.Found.State, i.Changes)...)
	return nil
}

// checkCase rejects a prefix that differs from another installation's only in case: our name does not find
// that role, and IAM would reject ours. If listing roles is denied, IAM reports the error later.
func (i *Install) checkCase() error {
	if i.Found.State.Role != nil {
		return nil
	}
	return checkPrefixCase(i.request.Prefix, i.Others)
}

// checkClusters warns about a missing cluster: it may be created later, or it may be mistyped.
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

// Apply applies the changes and returns the number applied, as the function Apply does.
func (i *Install) Apply(ctx context.Context, options resource.Options) (done int, err error) {
	return resource.Apply(ctx, i.clients, i.Found.Names, i.Changes, options)
}

// Before returns the flags that give a setting, and what goes with it, the values that the record had before this
// install. It returns "" if there was no record, or this install does not change the setting.
func (i *Install) Before(name string) string {
	if i.Found.Record == nil {
		return ""
	}
	recorded := i.Found.Record.Spec(i.Spec.Prefix)
	var flags []string
	for _, setting := range settings.All() {
		together := setting.Name == name || strings.HasPrefix(setting.Name, "vpc-") && strings.HasPrefix(name, "vpc-")
		if !together {
			continue
		}
		if was := setting.Flags(recorded); was != setting.Flags(i.Spec) {
			flags = append(flags, was)
		}
	}
	return strings.Join(flags, " ")
}

// Verify finds the installation again until nothing is left to change, for at most the ceiling (0: its own),
// and at the same time the other installations of the Region, which may have been created meanwhile. An install without
// changes needs no Verify.
func (i *Install) Verify(ctx context.Context, ceiling time.Duration) error {
	if len(i.Changes) == 0 {
		return nil
	}
	names, again := i.Found.Names, newSearch(i.clients, i.id, resource.ToCompare) // Found is replaced concurrently
	again.omitted = names.Role
	var group errgroup.Group
	group.Go(func() error {
		others, err := again.others(ctx, withDefault([]string{names.RolePath})...)
		if err == nil {
			i.Others, i.NotChecked = others.listed, others.notChecked()
		}
		return nil // the other goroutine reports the context's error
	})
	group.Go(func() error {
		err := settled(ctx, ceiling, func(ctx context.Context) (left []resource.Change, err error) {
			found, err := again.findAgain(ctx, names)
			if err != nil {
				return nil, err
			}
			i.Found = found
			return found.Plan(i.Want), nil
		})
		if known, explained := errors.AsType[*apperr.Error](err); explained && known.Code == apperr.CodeNotSettled {
			return cmp.Or(i.Found.checkOwnership(false), err) // another owner took it meanwhile
		}
		return err
	})
	return group.Wait()
}
