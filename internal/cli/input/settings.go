package input

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// AddSettings adds --prefix, --config, and a flag for each setting to a command, or only for the named settings.
func AddSettings(cmd *cobra.Command, prefix *string, names ...string) {
	AddPrefix(cmd, prefix)
	AddConfig(cmd, "YAML file with settings; all others are reset")
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
	Complete(cmd, setting.Name, setting.Choices...)
}

// defaultOf returns the default of a setting for its flag's usage, or "" if the default is none.
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

// AddAddress adds the flags that select an installation, for commands that read or remove it: --prefix, --config,
// --role-path, and the two names that find an installation whose record is lost.
func AddAddress(cmd *cobra.Command, prefix *string) {
	AddPrefix(cmd, prefix)
	AddConfig(cmd, "YAML file of install, for prefix, region, profile, role-arn and expect-account")
	for _, name := range []string{"function-name", "rule-name"} {
		cmd.Flags().String(name, "", "name in the installation, if its role is gone")
	}
	cmd.Flags().String("role-path", "", "path to search for roles, besides "+settings.DefaultRolePath)
}

// AddPrefix adds --prefix to a command.
func AddPrefix(cmd *cobra.Command, prefix *string) {
	cmd.Flags().StringVar(prefix, "prefix", "", "prefix of all names; identifies the installation")
}

// AddConfig adds --config, with the given usage, and --only to a command.
func AddConfig(cmd *cobra.Command, usage string) {
	cmd.Flags().String("config", "", usage)
	_ = cmd.MarkFlagFilename("config", "yaml", "yml")
	cmd.Flags().StringSlice("only", nil, "name of an installation in the file; repeatable")
	CompleteFunc(cmd, "only", installationsOf)
}

// Given returns the settings of a command's flags with their origins. It does not check them.
func (s *Sources) Given(cmd *cobra.Command) settings.Given {
	given := settings.Given{}
	for _, setting := range settings.All() {
		if flag := SettingFlag(cmd, setting.Name); flag != nil && flag.Changed {
			texts, _ := TextsOf(flag)
			given[setting.Name] = settings.Value{Texts: texts, Source: s.Origins[setting.Name]}
		}
	}
	return given
}

// installationsOf returns the names of the installations in the file of --config, for completion.
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
