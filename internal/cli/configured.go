package cli

import (
	"context"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// This file is about a file of several installations: which of them a command works on, and how each differs from the
// command as it was typed.

// configured is one of the installations of a file, and the command as it is at this one.
type configured struct {
	settings.Installation
	app   *app           // with the address, the credentials and the sources of the values
	given settings.Given // its settings, those of the command line on top, as far as the command takes them
}

// configureEach has the command work on the installations that it was given by a file. What is typed is set for all.
func (a *app) configureEach(cmd *cobra.Command) error {
	all := slices.Clone(a.sources.Installations)
	for n := range all {
		all[n].Values = maps.Clone(all[n].Values)
		for _, setting := range settings.All() {
			if flag := input.SettingFlag(cmd, setting.Name); flag != nil && flag.Changed {
				texts, _ := input.TextsOf(flag)
				all[n].Values[setting.Name] = settings.Value{Texts: texts, Source: a.sources.Of[setting.Name]}
			}
		}
	}
	if err := settings.CheckTogether(all); err != nil {
		return err
	}
	for _, each := range all {
		given := each.Settings()
		maps.DeleteFunc(given, func(name string, _ settings.Value) bool { return input.SettingFlag(cmd, name) == nil })
		a.file = append(a.file, a.configuredAs(&configured{Installation: each, given: given}))
	}
	for _, each := range a.file {
		each.app.aws = a.aws.of(each)
	}
	return nil
}

// configuredAs gives an installation the command as it is there.
func (a *app) configuredAs(c *configured) *configured {
	one, values := *a, settings.Given(c.Values)
	one.profile, one.roleARN, one.expectAccount = values.Text("profile"), values.Text("role-arn"), values.Text("expect-account")
	one.regions, one.prefix, one.rolePath = c.Regions(), c.Prefix(), values.Text("role-path")
	one.sources.Of = maps.Clone(a.sources.Of)
	for name, value := range c.Values {
		one.sources.Of[name] = value.Source
	}
	one.of, c.app = c, &one
	return c
}

// targetsOfFile are the installations of the file, each in each of its regions. Credentials are found before they are worked
// on side by side, for a person may be asked for a code. Its error is one that is the same for all.
func (a *app) targetsOfFile(ctx context.Context) ([]target, error) {
	failed := map[*awsSource]error{}
	for _, each := range a.file {
		if _, done := failed[each.app.aws]; !done {
			failed[each.app.aws] = each.app.findCredentials(ctx)
		}
	}
	if len(failed) == 1 && failed[a.file[0].app.aws] != nil {
		return nil, failed[a.file[0].app.aws]
	}
	var all []target
	for _, each := range a.file {
		base := target{prefix: each.Prefix(), kind: "read", name: each.Name, label: each.Name, err: failed[each.app.aws], of: each}
		regions := each.Regions()
		if len(regions) == 0 {
			region, err := each.app.findRegion(ctx)
			if base.err == nil {
				base.err = err
			}
			regions = []string{region}
		}
		for _, region := range regions {
			one := base
			one.region = region
			if len(regions) > 1 {
				one.name += " in " + region
			}
			all = append(all, one)
		}
	}
	return all, nil
}

// placesOf are the regions that installations are in, each once for each way to an account, for a command that is about
// a region and not about what is installed there.
func placesOf(targets []target) []target {
	type place struct {
		aws    *awsSource
		region string
	}
	taken, ways := map[place]bool{}, map[*awsSource]bool{}
	var places []target
	for _, each := range targets {
		ways[each.of.app.aws] = true
		if at := (place{each.of.app.aws, each.region}); !taken[at] {
			taken[at] = true
			places = append(places, each)
		}
	}
	for n, each := range places {
		places[n].prefix, places[n].label, places[n].name = "", "", each.region
		if account := each.of.Account(); account != "" && len(ways) > 1 {
			places[n].name += " of " + account
		}
	}
	return places
}

// ofFile is the flags that make another command be about installations of the same file.
func (a *app) ofFile(names ...string) string {
	out := " --config " + apperr.Quote(a.sources.File)
	if len(names) < a.sources.InFile {
		for _, name := range names {
			out += " --only " + name
		}
	}
	return out
}
