package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

func configCommand(*command.App) *cobra.Command {
	return &cobra.Command{
		Use:   "config",
		Short: "Check a configuration file, or write one of what is installed",
		Long: `A configuration file holds an installation's settings by the names of the flags,
and prefix, region, profile, role-arn and expect-account. Under "installations"
it holds several by name; what stands above is common to all of them. --only
chooses among them, and a setting that is typed is set for all.

install and upgrade with --config set what the file gives, and reset every other
setting to its default. They keep the names and the role's path, which never
change, and the permissions boundary and a destination of failures in another
account, which change by an explicit value alone. The other commands change no
setting.`,
		SuggestionsMinimumDistance: 2,

		Args: input.UnknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
}

// configAnswer is the JSON of config's commands.
type configAnswer struct {
	File          string             `json:"file"` // "" where the text was printed
	Installations []configuredAnswer `json:"installations"`
	Text          string             `json:"text,omitempty"` // of the file that was written
}

// configuredAnswer is one installation of a file.
type configuredAnswer struct {
	Name    string   `json:"name"` // "" where the file holds one, without a name
	Prefix  string   `json:"prefix"`
	Regions []string `json:"regions"` // none is the configuration's
	Account string   `json:"account"` // "" is any
}

func configCheckCommand(a *command.App) *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE",
		Short: "Check a configuration file without any call to AWS",
		Long: `Check reads a file as --config does, and says which installations it is about.
It makes no call: whether names are free and clusters there, and whether two
accounts are one, "install --config FILE --dry-run" says.`,
		Example: `  spothandler config check spothandler.yaml`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return apperr.Invalid("spothandler config check FILE", "config check takes one file")
			}
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
		},
		RunE: func(cmd *cobra.Command, args []string) error { return configCheck{a}.run(cmd.Context(), args[0]) },
	}
}

// configCheck is one config check.
type configCheck struct{ *command.App }

func (c configCheck) run(ctx context.Context, path string) error {
	if strings.TrimSpace(path) == "" {
		return apperr.Invalid("spothandler config check FILE", "the name of the file is empty")
	}
	file, err := input.Read(ctx, func() (settings.File, error) { return settings.ReadFile(path) })
	if err != nil {
		return err
	}
	if err := file.Check(); err != nil {
		return err
	}
	answer := configuredIn(file)
	if c.JSON() {
		return c.Out.JSON(answer)
	}
	c.print(answer)
	return nil
}

// configuredIn is what a file is about.
func configuredIn(file settings.File) configAnswer {
	answer := configAnswer{File: file.Path, Installations: []configuredAnswer{}}
	all := file.Installations
	if all == nil {
		all = []settings.Installation{{Values: file.Values}}
	}
	for _, each := range all {
		answer.Installations = append(answer.Installations, configuredAnswer{each.Name, each.Prefix(), append([]string{}, each.Regions()...), each.Account()})
	}
	return answer
}

func (c configCheck) print(answer configAnswer) {
	out := c.Out
	out.Print(out.Success(answer.File + " is valid: " + term.Plural(len(answer.Installations), "installation")))
	names, prefixes, regions := 0, 0, 0
	cells := func(each configuredAnswer) (name, prefix, where string) {
		prefix, where = "no prefix", "the configuration's Region"
		if each.Prefix != "" {
			prefix = "prefix " + each.Prefix
		}
		if len(each.Regions) > 0 {
			where = strings.Join(each.Regions, ", ")
		}
		return each.Name, prefix, where
	}
	for _, each := range answer.Installations {
		name, prefix, where := cells(each)
		names, prefixes, regions = max(names, term.Width(name)), max(prefixes, term.Width(prefix)), max(regions, term.Width(where))
	}
	for _, each := range answer.Installations {
		name, prefix, where := cells(each)
		account := "any account"
		if each.Account != "" {
			account = "account " + each.Account
		}
		line := term.Pad(prefix, prefixes) + "  " + term.Pad(where, regions) + "  " + account
		if names > 0 {
			line = term.Pad(name, names) + "  " + line
		}
		out.Printf("  %s\n", line)
	}
}
