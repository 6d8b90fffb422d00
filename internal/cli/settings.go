package cli

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// addSettings gives a command the prefix, a flag for each setting, or for those that are named, and --config.
func addSettings(cmd *cobra.Command, prefix *string, names ...string) {
	addPrefix(cmd, prefix)
	addConfig(cmd, "YAML file of settings; the others get their defaults")
	defaults := settings.Defaults("")
	for _, setting := range settings.All() {
		if len(names) == 0 || slices.Contains(names, setting.Name) {
			addSetting(cmd, setting, defaults)
		}
	}
}

func addSetting(cmd *cobra.Command, setting settings.Setting, defaults settings.Spec) {
	flags := cmd.Flags()
	if setting.List {
		flags.StringArray(setting.Name, nil, setting.Usage)
	} else {
		flags.String(setting.Name, "", setting.Usage+defaultOf(setting, defaults))
	}
	complete(cmd, setting.Name, setting.Choices...)
}

// defaultOf is the end of a flag's help; that nothing is the default needs no words.
func defaultOf(setting settings.Setting, defaults settings.Spec) string {
	value := setting.Get(defaults)
	if on, ok := value.(bool); ok {
		value = settings.OnOff(on)
	}
	if value == settings.None {
		return ""
	}
	return fmt.Sprintf(" (default %v)", value)
}

// addAddress gives a command that looks at an installation, or removes it, what tells which: the prefix, a file that
// may hold it, and the two names that find an installation whose record is lost.
func addAddress(cmd *cobra.Command, prefix *string) {
	addPrefix(cmd, prefix)
	addConfig(cmd, "YAML file of install, for prefix, region, profile, role-arn and expect-account")
	for _, name := range []string{"function-name", "rule-name"} {
		cmd.Flags().String(name, "", "name in the installation, where its role is gone")
	}
	cmd.Flags().String("role-path", "", "where to look for roles beside "+settings.DefaultRolePath)
}

func addPrefix(cmd *cobra.Command, prefix *string) {
	cmd.Flags().StringVar(prefix, "prefix", "", "prefix of every name; tells installations apart")
}

func addConfig(cmd *cobra.Command, usage string) {
	cmd.Flags().String("config", "", usage)
	_ = cmd.MarkFlagFilename("config", "yaml", "yml")
	cmd.Flags().StringSlice("only", nil, "of several installations in the file this one, repeatable")
	offer(cmd, "only", installationsOf)
}

// given returns the settings that a command was given by flag, environment or file, checked as far as that needs no
// region and no call, as is the prefix.
func (a *app) given(cmd *cobra.Command, prefix string) (settings.Given, error) {
	given := settings.Given{}
	for _, setting := range settings.All() {
		if flag := settingOf(cmd, setting.Name); flag != nil && flag.Changed {
			texts, _ := textsOf(flag)
			given[setting.Name] = settings.Value{Texts: texts, Source: a.sources.of[setting.Name]}
		}
	}
	a.rolePath = given.Text("role-path")
	return given, given.Check("", prefix)
}

// installationsOf are the names in the file that was typed, for completion.
func installationsOf(cmd *cobra.Command) []string {
	file, err := settings.ReadFile(cmd.Flags().Lookup("config").Value.String())
	if err != nil {
		return nil
	}
	var names []string
	for _, each := range file.Installations {
		names = append(names, each.Name)
	}
	return names
}
