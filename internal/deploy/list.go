package deploy

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"golang.org/x/sync/errgroup"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// Listed is an installation as found by its role only.
type Listed struct {
	Prefix string
	Region string
	Record *settings.Record // nil if the description was changed out of band
	Given  settings.Given   // the function's name according to the tags, if the role is gone; else nil
}

// List finds the installations of a Region by their roles, under the default path and under paths.
func List(ctx context.Context, clients resource.Clients, id session.Identity, paths ...string) ([]Listed, error) {
	return newSearch(clients, id, resource.ToFind).list(ctx, withDefault(paths)...)
}

// maxRoleReads is the number of roles that are read at the same time: IAM throttles an account as a whole.
const maxRoleReads = 16

// list finds the installations of the Region whose roles have these paths. ListRoles returns no tags, so each role is
// read as well.
func (s search) list(ctx context.Context, paths ...string) ([]Listed, error) {
	all, err := rolesUnder(ctx, s.clients, s.id, paths)
	if err != nil {
		return nil, err
	}
	roles := slices.DeleteFunc(all, func(role types.Role) bool {
		name := aws.ToString(role.RoleName)
		return name == s.omitted || !isRoleOf(name, s.id.Region)
	})
	found := make([]*Listed, len(roles))
	var group errgroup.Group
	group.SetLimit(maxRoleReads)
	for index, role := range roles {
		group.Go(func() (err error) {
			found[index], err = s.listed(ctx, role)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return sorted(found), nil
}

// withDefault adds the default path.
func withDefault(paths []string) []string { return append([]string{resource.Path}, paths...) }

// rolesUnder lists the roles under paths; empty ones are ignored.
func rolesUnder(ctx context.Context, clients resource.Clients, id session.Identity, paths []string) ([]types.Role, error) {
	var roles []types.Role
	for _, path := range slices.Compact(slices.Sorted(slices.Values(paths))) {
		if path == "" {
			continue
		}
		pages := iam.NewListRolesPaginator(clients.IAM, &iam.ListRolesInput{PathPrefix: &path})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, apperr.Explain("listing the roles under "+path, id.Caller, err)
			}
			for _, role := range page.Roles {
				if aws.ToString(role.Path) == path {
					roles = append(roles, role)
				}
			}
		}
	}
	return roles, nil
}

// Regions returns the Regions in which the account has an installation or, if prefix is not nil, one with
// this prefix. It only needs the names of the roles, since IAM is global. Roles under the default path whose
// names do not end in a Region of the partition are not installations: their names are returned as ignored.
// Roles under other paths may belong to anyone.
func Regions(ctx context.Context, clients resource.Clients, id session.Identity, prefix *string, paths ...string) (regions, ignored []string, err error) {
	all, ignored, err := namesUnder(ctx, clients, id, paths)
	if err != nil {
		return nil, nil, err
	}
	for _, each := range all {
		if prefix == nil || each.Prefix == *prefix {
			regions = append(regions, each.Region)
		}
	}
	slices.Sort(regions)
	return slices.Compact(regions), ignored, nil
}

// ListNames returns the installations in all Regions of the account according to the names of their roles: their
// prefixes and Regions, without their records.
func ListNames(ctx context.Context, clients resource.Clients, id session.Identity, paths ...string) ([]Listed, error) {
	all, _, err := namesUnder(ctx, clients, id, paths)
	return all, err
}

// namesUnder returns the installations according to the names of their roles, sorted by prefix and Region, and the
// names of the roles that are ignored.
func namesUnder(ctx context.Context, clients resource.Clients, id session.Identity, paths []string) (all []Listed, ignored []string, err error) {
	roles, err := rolesUnder(ctx, clients, id, withDefault(paths))
	if err != nil {
		return nil, nil, err
	}
	for _, role := range roles {
		name := aws.ToString(role.RoleName)
		region := regionOf(name, id.Partition)
		switch {
		case region == "" && aws.ToString(role.Path) != resource.Path:
		case region == "":
			ignored = append(ignored, name)
		case isRoleOf(name, region):
			all = append(all, Listed{Prefix: resource.PrefixOf(name, region), Region: region})
		}
	}
	slices.SortFunc(all, func(a, b Listed) int {
		return cmp.Or(strings.Compare(a.Prefix, b.Prefix), strings.Compare(a.Region, b.Region))
	})
	slices.Sort(ignored)
	return all, ignored, nil
}

// regionOf returns the Region that a role's name ends in, or "" if the partition has no such Region.
func regionOf(role, partition string) string {
	bare := settings.RoleName("", "")
	at := strings.LastIndex(role, bare)
	if at < 0 {
		return ""
	}
	region := role[at+len(bare):]
	if settings.CheckNames(region, "", "", "") != nil || session.PartitionOf(region) != partition {
		return ""
	}
	return region
}

func isRoleOf(name, region string) bool {
	return name == settings.RoleName(resource.PrefixOf(name, region), region)
}

// listed reads one role; nil if it was deleted meanwhile or does not belong to an installation. If the caller's permissions are limited to
// its own prefix, it may not read other roles: then the description in the list, which is a record, is
// sufficient.
func (s search) listed(ctx context.Context, seen types.Role) (*Listed, error) {
	name, id := aws.ToString(seen.RoleName), s.id
	role, err := s.role(ctx, name)
	if strings.HasPrefix(aws.ToString(seen.Description), `{"spothandler":`) && apperr.IsAccessDenied(err) {
		return &Listed{Prefix: resource.PrefixOf(name, id.Region), Region: id.Region, Record: settings.ParseRecord(aws.ToString(seen.Description))}, nil
	}
	if err != nil || role == nil {
		return nil, err
	}
	prefix := role.Tags[resource.TagPrefix]
	if !resource.HasOwnTags(role.Tags, prefix) || settings.RoleName(prefix, id.Region) != name {
		return nil, nil //nolint:nilnil // not an installation
	}
	return &Listed{Prefix: prefix, Region: id.Region, Record: settings.ParseRecord(role.Description)}, nil
}

func sorted(found []*Listed) []Listed {
	var list []Listed
	for _, each := range found {
		if each != nil {
			list = append(list, *each)
		}
	}
	slices.SortFunc(list, func(a, b Listed) int { return strings.Compare(a.Prefix, b.Prefix) })
	return list
}

// ListAll finds the installations of a Region as List does and also, by their tags, those whose role has another path
// or is gone. Without permission to read the tags, the search by tags is reported as not checked.
func ListAll(ctx context.Context, clients resource.Clients, tags TagAPI, id session.Identity, paths ...string) ([]Listed, []resource.NotChecked, error) {
	all, err := List(ctx, clients, id, paths...)
	if err != nil {
		return nil, nil, err
	}
	isNew := func(prefix string) bool {
		return !slices.ContainsFunc(all, func(known Listed) bool { return known.Prefix == prefix })
	}
	found, notChecked, err := FindWithoutRole(ctx, clients, tags, id, isNew)
	if err != nil {
		if ctx.Err() != nil {
			return nil, nil, err
		}
		notChecked = append(notChecked, resource.NotChecked{What: "installations without a role under " + resource.Path, Why: apperr.WhyNot(err)})
	}
	for _, each := range found {
		if isNew(each.Names.Prefix) {
			name := strings.TrimPrefix(each.Names.Function, settings.Prefixed(each.Names.Prefix, ""))
			all = append(all, Listed{
				Prefix: each.Names.Prefix, Region: id.Region, Record: each.Record,
				Given: settings.Given{"function-name": {Texts: []string{name}, Source: "the tags"}},
			})
		}
	}
	slices.SortFunc(all, func(a, b Listed) int { return strings.Compare(a.Prefix, b.Prefix) })
	return all, notChecked, nil
}
