package config

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

func checkCommand(a *command.App) *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE",
		Short: "Check a configuration file without calling AWS",
		Long: `Check validates a file as --config does, and lists its installations. It calls
no AWS service: "install --config FILE --dry-run" also checks that the names are
free, that the clusters exist, and that no two installations are the same one.
FILE may be -, which reads standard input.`,
		Example: `  spothandler config check spothandler.yaml
  envsubst < template.yaml | spothandler config check -`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return apperr.Invalid("spothandler config check FILE", "config check takes one file")
			}
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
		},
		RunE: func(cmd *cobra.Command, args []string) error { return checkRun{a}.run(cmd.Context(), args[0]) },
	}
}

// checkRun is a run of config check.
type checkRun struct{ *command.App }

func (r checkRun) run(ctx context.Context, path string) error {
	if strings.TrimSpace(path) == "" {
		return apperr.Invalid("spothandler config check FILE", "the name of the file is empty")
	}
	file, err := input.Read(ctx, func() (settings.File, error) {
		if path == "-" {
			return settings.ReadFrom(r.Stdin, "standard input")
		}
		return settings.ReadFile(path)
	})
	if err != nil {
		return err
	}
	if err := file.Check(ctx); err != nil {
		return err
	}
	output := installationsIn(file)
	if r.JSON() {
		return r.Out.JSON(output)
	}
	r.print(output)
	return nil
}

func (r checkRun) print(output Output) {
	out := r.Out
	out.Print(out.Success(output.File + " is valid: " + term.Plural(len(output.Installations), "installation")))
	rows := make([][]string, len(output.Installations))
	for i, each := range output.Installations {
		rows[i] = each.cells()
	}
	out.Print(out.Columns("  ", rows))
}

// cells describes an installation in the columns name, unless it has none, prefix, Regions and account.
func (i Installation) cells() []string {
	prefix, where, account := "no prefix", "the configuration's Region", "any account"
	if i.Prefix != "" {
		prefix = "prefix " + i.Prefix
	}
	if len(i.Regions) > 0 {
		where = strings.Join(i.Regions, ", ")
	}
	if i.Account != "" {
		account = "account " + i.Account
	}
	cells := []string{prefix, where, account}
	if i.Name != "" {
		cells = slices.Insert(cells, 0, i.Name)
	}
	return cells
}
