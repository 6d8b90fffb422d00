package input

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/cli/term"
)

// PrintUsage prints the usage of a command within the given width. It replaces cobra's templates, which do not wrap lines. A
// custom template would link text/template, whose use of reflection makes the binary a third larger.
func PrintUsage(cmd *cobra.Command, width int) {
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "Usage:\n%s", hanging("  ", cmd.UseLine(), width))
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(out, "  %s [command]\n", cmd.CommandPath())
		printCommands(out, cmd, width)
	}
	if cmd.Example != "" {
		fmt.Fprintf(out, "\nExamples:\n%s\n", examples(cmd.Example, width))
	}
	printFlagsOf(out, cmd, width)
	if cmd.HasAvailableSubCommands() {
		more := fmt.Sprintf("Use \"%s [command] --help\" for more information about a command.", cmd.CommandPath())
		fmt.Fprintf(out, "\n%s\n", strings.Join(term.Flow(strings.Fields(more), " ", width), "\n"))
	}
}

// hanging returns words that follow a heading, with the second and all other lines indented by four columns more.
func hanging(indent, words string, width int) string {
	lines := term.Flow(strings.Fields(words), " ", width-len(indent)-4)
	return indent + strings.Join(lines, "\n"+indent+"    ") + "\n"
}

// Reflow wraps the paragraphs of a help text that have longer lines than width. In an indented paragraph each line is a
// command.
func Reflow(text string, width int) string {
	paragraphs := strings.Split(strings.ReplaceAll(text, "\t", "  "), "\n\n")
	for n, each := range paragraphs {
		switch {
		case strings.HasPrefix(each, " "):
			paragraphs[n] = examples(each, width)
		case !fits(each, width):
			paragraphs[n] = strings.Join(term.Flow(strings.Fields(each), " ", width), "\n")
		}
	}
	return strings.Join(paragraphs, "\n\n")
}

// examples breaks indented commands, one for each line, so that they can still be pasted.
func examples(text string, width int) string {
	const indent = "  "
	lines := strings.Split(text, "\n")
	for n, line := range lines {
		lines[n] = indent + strings.Join(term.Continue(strings.TrimSpace(line), width-len(indent)), "\n"+indent)
	}
	return strings.Join(lines, "\n")
}

func fits(text string, width int) bool {
	return !slices.ContainsFunc(strings.Split(text, "\n"), func(line string) bool { return term.Width(line) > width })
}

// printCommands lists the subcommands by group, those without a group last.
func printCommands(out io.Writer, cmd *cobra.Command, width int) {
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
				name := "  " + term.Pad(each.Name(), cmd.Commands()[0].NamePadding()) + " "
				short := term.Flow(strings.Fields(each.Short), " ", width-len(name))
				lines.WriteString(name + strings.Join(short, "\n"+strings.Repeat(" ", len(name))) + "\n")
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
