package command

import (
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// Given returns the settings given to a command by flag, environment or file. It checks them and the prefix as far as
// possible without an API call.
func (a *App) Given(cmd *cobra.Command, prefix string) (settings.Given, error) {
	given := a.Sources.Given(cmd)
	a.RolePath = given.Text("role-path")
	for _, region := range append([]string{""}, a.Regions...) { // all before the first call in any of them
		if err := given.Check(a.KnownIdentity(region), prefix); err != nil {
			return nil, err
		}
	}
	return given, nil
}

// DetectFormat sets the output format from the command line and the environment, for errors that occur before the flags
// are parsed.
func (a *App) DetectFormat() {
	if text, _ := input.LookupEnv(a.Environ, input.EnvName("output")); input.RequestsJSON(a.args, text) {
		a.Output = "json"
	}
}

// Configure fills the flags of a command from the environment and the configuration file, checks them as far as possible
// without a Region, and prepares the App for the installations in the file.
func (a *App) Configure(cmd *cobra.Command, readOnly bool) error {
	if err := a.Sources.Fill(cmd); err != nil {
		return err
	}
	a.command, a.readOnly = cmd.Name(), readOnly
	if err := a.check(cmd); err != nil {
		return err
	}
	return a.configureEach(cmd)
}

// configureEach prepares the App for each installation in the file. Settings that are typed apply to all of them.
func (a *App) configureEach(cmd *cobra.Command) error {
	all := slices.Clone(a.Sources.Installations)
	for n := range all {
		all[n].Values = maps.Clone(all[n].Values)
		for _, setting := range settings.All() {
			if flag := input.SettingFlag(cmd, setting.Name); flag != nil && flag.Changed {
				texts, _ := input.TextsOf(flag)
				all[n].Values[setting.Name] = settings.Value{Texts: texts, Source: a.Sources.Origins[setting.Name]}
			}
		}
	}
	if err := settings.CheckTogether(cmd.Context(), all); err != nil {
		return err
	}
	for _, each := range all {
		given := each.Settings()
		maps.DeleteFunc(given, func(name string, _ settings.Value) bool { return input.SettingFlag(cmd, name) == nil })
		a.Installations = append(a.Installations, a.forInstallation(&ConfiguredInstallation{Installation: each, Given: given}))
	}
	for _, each := range a.Installations {
		one := each.app
		address := awsAddress{one.Profile, one.RoleARN, one.ExpectAccount, len(one.Regions) > 0}
		one.aws = a.aws.sharedBy(address, one.Regions)
	}
	return nil
}

// forInstallation adds to an installation a copy of the App with its address and value origins.
func (a *App) forInstallation(c *ConfiguredInstallation) *ConfiguredInstallation {
	one, values := *a, settings.Given(c.Values)
	one.Profile, one.RoleARN, one.ExpectAccount = values.Text("profile"), values.Text("role-arn"), values.Text("expect-account")
	one.Regions, one.Prefix, one.RolePath = c.Regions(), c.Prefix(), values.Text("role-path")
	one.Sources.Origins = maps.Clone(a.Sources.Origins)
	for name, value := range c.Values {
		one.Sources.Origins[name] = value.Source
	}
	one.Installation, c.app = c, &one
	return c
}
