package deploy

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// others are the installations of a Region, sorted by prefix, or why they could not be listed.
type others struct {
	listed []Listed
	err    error
}

func (o others) notChecked() []resource.NotChecked {
	if o.err == nil {
		return nil
	}
	return []resource.NotChecked{{What: "other installations", Why: apperr.WhyNot(o.err)}}
}

// others lists the installations of the Region whose roles have these paths. No command needs them for its own
// installation, so a failure is not an error; the error is the context's.
func (s search) others(ctx context.Context, paths ...string) (others, error) {
	listed, err := s.list(ctx, paths...)
	return others{listed, err}, ctx.Err()
}

// findWithOthers finds the installation with this prefix and, at the same time, all installations of the Region whose
// roles have the default path, the given one or the one of its own role.
func (s search) findWithOthers(ctx context.Context, prefix string, given settings.Given) (found *Installation, rest others, err error) {
	paths := withDefault([]string{given.Text("role-path")})
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		found, err = s.find(groupCtx, prefix, given)
		return err
	})
	group.Go(func() (err error) {
		rest, err = s.others(groupCtx, paths...)
		return err
	})
	if err := group.Wait(); err != nil {
		return nil, others{}, err
	}
	if path := found.Names.RolePath; rest.err == nil && !slices.Contains(paths, path) {
		var more others
		more, err = s.others(ctx, path)
		rest.listed, rest.err = append(rest.listed, more.listed...), more.err
		slices.SortFunc(rest.listed, func(a, b Listed) int { return strings.Compare(a.Prefix, b.Prefix) })
	}
	return found, rest, err
}

// Overlaps returns the prefixes of the other installations of the Region that would redeploy for one of our
// clusters. One in mode observe, or with a disabled rule, redeploys nothing.
func Overlaps(all []Listed, spec settings.Spec) []string {
	var found []string
	for _, other := range all {
		if other.Record == nil || other.Prefix == spec.Prefix {
			continue
		}
		if !settings.Acts(string(spec.Redeploy), spec.RuleState) || !settings.Acts(other.Record.Redeploy, other.Record.RuleState) {
			continue
		}
		if settings.Overlap(spec.Clusters, other.Record.Clusters) {
			found = append(found, other.Prefix)
		}
	}
	return found
}

// OverlapMessage returns a message for an installation with these settings that names the others watching its clusters. Two of
// the others need not have a cluster in common.
func OverlapMessage(spec settings.Spec, prefixes []string) string {
	switch {
	case len(prefixes) == 1:
		return fmt.Sprintf("the installation %s watches the same clusters: both would redeploy", DisplayPrefix(prefixes[0]))
	case len(spec.Clusters) == 0:
		return fmt.Sprintf("this installation watches every cluster, and so also those of %s: each would redeploy", Enumerate(prefixes))
	}
	return fmt.Sprintf("the installations %s also watch clusters of this one: each would redeploy", Enumerate(prefixes))
}

// Enumerate returns prefixes as a phrase: the first few, and how many more there are.
func Enumerate(prefixes []string) string {
	const named = 5
	var names []string
	for _, prefix := range prefixes[:min(named, len(prefixes))] {
		names = append(names, DisplayPrefix(prefix))
	}
	if more := len(prefixes) - named; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names, ", "), more)
	}
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// checkPrefixCase rejects a prefix that differs from another installation's only in case.
func checkPrefixCase(prefix string, others []Listed) error {
	for _, other := range others {
		if other.Prefix != prefix && strings.EqualFold(other.Prefix, prefix) {
			return resource.SamePrefix(prefix, other.Prefix)
		}
	}
	return nil
}
