package command

import (
	"context"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// This file is about a file of several installations: which of them a command works on, and how each differs from the
// command as it was typed.

// Configured is one of the installations of a file, and the command as it is at this one.
type Configured struct {
	settings.Installation
	app   *App           // with the address, the credentials and the sources of the values
	Given settings.Given // its settings, those of the command line on top, as far as the command takes them
}

// configureEach has the command work on the installations that it was given by a file. What is typed is set for all.
func (a *App) configureEach(cmd *cobra.Command) error {
	all := slices.Clone(a.Sources.Installations)
	for n := range all {
		all[n].Values = maps.Clone(all[n].Values)
		for _, setting := range settings.All() {
			if flag := input.SettingFlag(cmd, setting.Name); flag != nil && flag.Changed {
				texts, _ := input.TextsOf(flag)
				all[n].Values[setting.Name] = settings.Value{Texts: texts, Source: a.Sources.Of[setting.Name]}
			}
		}
	}
	if err := settings.CheckTogether(all); err != nil {
		return err
	}
	for _, each := range all {
		given := each.Settings()
		maps.DeleteFunc(given, func(name string, _ settings.Value) bool { return input.SettingFlag(cmd, name) == nil })
		a.Configured = append(a.Configured, a.configuredAs(&Configured{Installation: each, Given: given}))
	}
	for _, each := range a.Configured {
		each.app.aws = a.aws.of(each)
	}
	return nil
}

// configuredAs gives an installation the command as it is there.
func (a *App) configuredAs(c *Configured) *Configured {
	one, values := *a, settings.Given(c.Values)
	one.Profile, one.RoleARN, one.ExpectAccount = values.Text("profile"), values.Text("role-arn"), values.Text("expect-account")
	one.Regions, one.Prefix, one.RolePath = c.Regions(), c.Prefix(), values.Text("role-path")
	one.Sources.Of = maps.Clone(a.Sources.Of)
	for name, value := range c.Values {
		one.Sources.Of[name] = value.Source
	}
	one.Of, c.app = c, &one
	return c
}

// targetsOfFile are the installations of the file, each in each of its regions. Credentials are found before they are worked
// on side by side, for a person may be asked for a code. Its error is one that is the same for all.
func (a *App) targetsOfFile(ctx context.Context) ([]Target, error) {
	failed := map[*awsSource]error{}
	for _, each := range a.Configured {
		if _, done := failed[each.app.aws]; !done {
			failed[each.app.aws] = each.app.FindCredentials(ctx)
		}
	}
	if len(failed) == 1 && failed[a.Configured[0].app.aws] != nil {
		return nil, failed[a.Configured[0].app.aws]
	}
	var all []Target
	for _, each := range a.Configured {
		base := Target{Prefix: each.Prefix(), Kind: "read", Name: each.Name, Label: each.Name, Unknown: failed[each.app.aws], Of: each}
		regions := each.Regions()
		if len(regions) == 0 {
			region, err := each.app.FindRegion(ctx)
			if base.Unknown == nil {
				base.Unknown = err
			}
			regions = []string{region}
		}
		for _, region := range regions {
			one := base
			one.Region = region
			if len(regions) > 1 {
				one.Name += " in " + region
			}
			all = append(all, one)
		}
	}
	return all, nil
}
