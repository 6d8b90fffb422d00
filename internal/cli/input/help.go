package input

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/cli/term"
)

// PrintUsage prints the usage of a command within the given width. It replaces cobra's templates, which do not wrap lines. A
// custom template would link text/template, whose use of reflection makes the binary a third larger.
func PrintUsage(cmd *cobra.Command, width int) {
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "Usage:\n  %s\n", cmd.UseLine())
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(out, "  %s [command]\n", cmd.CommandPath())
		printCommands(out, cmd)
	}
	if cmd.Example != "" {
		fmt.Fprintf(out, "\nExamples:\n%s\n", cmd.Example)
	}
	printFlagsOf(out, cmd, width)
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(out, "\nUse \"%s [command] --help\" for more information about a command.\n", cmd.CommandPath())
	}
}

// Reflow wraps the paragraphs of a help text for a terminal of less than the 80 columns that it is written for. Paragraphs
// with an indented line remain as they are.
func Reflow(text string, width int) string {
	const written = 80
	if width >= written {
		return text
	}
	paragraphs := strings.Split(text, "\n\n")
	for n, each := range paragraphs {
		if !strings.HasPrefix(each, " ") && !strings.Contains(each, "\n ") {
			paragraphs[n] = strings.Join(term.Flow(strings.Fields(each), " ", width), "\n")
		}
	}
	return strings.Join(paragraphs, "\n\n")
}

// printCommands lists the subcommands by group, those without a group last.
func printCommands(out io.Writer, cmd *cobra.Command) {
	groups := append([]*cobra.Group{}, cmd.Groups()...)
	if len(groups) > 0 {
		groups = append(groups, &cobra.Group{Title: "Additional commands:"})
	} else {
		groups = append(groups, &cobra.Group{Title: "Commands:"})
	}
	for _, group := range groups {
		var lines strings.Builder
		for _, each := range cmd.Commands() {
			if each.GroupID == group.ID && (each.IsAvailableCommand() || each.Name() == "help") {
				fmt.Fprintf(&lines, "  %s %s\n", term.Pad(each.Name(), cmd.Commands()[0].NamePadding()), each.Short)
			}
		}
		if lines.Len() > 0 {
			fmt.Fprintf(out, "\n%s\n%s", group.Title, lines.String())
		}
	}
}

// HelpCommand returns the help command. Unlike cobra's, it returns an error for an unknown command.
func HelpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [command]",
		Short: "Help about any command",
		Long: `Help shows the help of a command, as --help does. Help is always text, with
-o json as well.`,
		ValidArgsFunction: func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			var names []string
			for _, each := range about.Commands() {
				if each.IsAvailableCommand() && strings.HasPrefix(each.Name(), typed) {
					names = append(names, cobra.CompletionWithDesc(each.Name(), each.Short))
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil {
				return err
			}
			if err := UnknownCommand(about, rest); err != nil {
				return err
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}
