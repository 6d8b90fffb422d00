package input

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// flagGroup is a section of flags in a command's help.
type flagGroup struct {
	title string
	flags []helpFlag
}

// helpFlag is a flag in the help: its name and the placeholder of its value.
type helpFlag struct{ name, value string }

// groupsFor returns the flag groups of a command in order. If the command has --service, --cluster and --task are in the
// same group.
func groupsFor(cmd *cobra.Command) []flagGroup {
	groups := flagGroups()
	about := []helpFlag{{"cluster", "NAME"}, {"service", "NAME"}, {"task", "ID"}}
	if cmd.Flags().Lookup("service") == nil {
		return groups
	}
	for i := range groups {
		groups[i].flags = slices.DeleteFunc(groups[i].flags, func(flag helpFlag) bool { return slices.Contains(about, flag) })
		if groups[i].title == serviceGroup {
			groups[i].flags = about
		}
	}
	return groups
}

const serviceGroup = "Service"

// flagGroups returns the flag groups of all commands. The groups of settings come from settings.All.
func flagGroups() []flagGroup {
	var groups []flagGroup
	for _, setting := range settings.All() {
		last := len(groups) - 1
		if last < 0 || groups[last].title != setting.Group {
			groups = append(groups, flagGroup{title: setting.Group})
			last++
		}
		groups[last].flags = append(groups[last].flags, helpFlag{setting.Name, setting.Value})
	}
	groups[0].flags = slices.Insert(groups[0].flags, 0, helpFlag{"prefix", "PREFIX"})
	return append(
		groups,
		flagGroup{"Settings", []helpFlag{{"config", "FILE"}, {"only", "NAME"}, {"file", "FILE"}, {"overwrite", ""}, {"reset", ""}, {"all", ""}}},
		flagGroup{"Account and Region", []helpFlag{
			{"region", "NAME"}, {"all-regions", ""}, {"profile", "NAME"}, {"role-arn", "ARN"}, {"account", "ID"}, {"partition", "NAME"},
		}},
		flagGroup{"Records", []helpFlag{
			{"since", "TIME"}, {"until", "TIME"}, {"follow", ""}, {"reason", "REASON"}, {"level", "LEVEL"}, {"days", "N"}, {"no-history", ""},
		}},
		flagGroup{"Checks", []helpFlag{{"ignore", "CODE"}, {"explain", "CODE"}, {"strict", ""}}},
		flagGroup{title: serviceGroup}, // filled by groupsFor
		flagGroup{"Rehearsal", []helpFlag{{"event", "FILE"}, {"for-real", ""}}},
		flagGroup{"Safety", []helpFlag{
			{"expect-account", "ID"},
			{"dry-run", ""},
			{"detailed-exitcode", ""},
			{"adopt", ""},
			{"allow-downgrade", ""},
			{"keep-logs", ""},
			{"force", ""},
			{"yes", ""},
		}},
		flagGroup{"Local AWS", []helpFlag{
			{"port", "N"}, {"seed", "FILE"}, {"access-key", "ID"}, {"tasks", "N"},
		}},
		flagGroup{"Output", []helpFlag{{"output", "FORMAT"}, {"html", "FILE"}, {"summary-file", "FILE"}, {"outputs-file", "FILE"}, {"watch", ""}, {"verbose", ""}, {"wait", "DURATION"}, {"no-descriptions", ""}, {"version", ""}, {"help", ""}}},
	)
}

// SameFlags is the annotation that names the command whose flags a command also accepts, and its help does not repeat.
const SameFlags = "same flags"

// printFlagsOf prints a command's flags, without those of the command that SameFlags names.
func printFlagsOf(out io.Writer, cmd *cobra.Command, width int) {
	name, same := cmd.Annotations[SameFlags]
	if !same {
		printFlags(out, cmd, width, func(*pflag.Flag) bool { return true })
		return
	}
	other, _, err := cmd.Root().Find([]string{name})
	printFlags(out, cmd, width, func(flag *pflag.Flag) bool {
		return err != nil || other.Flags().Lookup(flag.Name) == nil && cmd.InheritedFlags().Lookup(flag.Name) == nil && flag.Name != "help"
	})
	fmt.Fprintf(out, "\nAll flags of %s are accepted as well:\n  %s --help\n", other.CommandPath(), other.CommandPath())
}

// printFlags prints the flags of a command for which pass returns true, by group. Flags without a group come last.
func printFlags(out io.Writer, cmd *cobra.Command, width int, pass func(*pflag.Flag) bool) {
	groups := groupsFor(cmd)
	left := flagGroup{title: "Flags"}
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		if !slices.ContainsFunc(groups, func(g flagGroup) bool { return g.has(flag.Name) }) {
			left.flags = append(left.flags, helpFlag{flag.Name, strings.ToUpper(flag.Value.Type())})
		}
	})
	for _, group := range append(groups, left) {
		var lines strings.Builder
		for _, each := range group.flags {
			if flag := cmd.Flags().Lookup(each.name); flag != nil && !flag.Hidden && pass(flag) {
				lines.WriteString(flagLines(cmd, flag, each.value, width))
			}
		}
		if lines.Len() > 0 {
			fmt.Fprintf(out, "\n%s:\n%s", group.title, lines.String())
		}
	}
}

func (g flagGroup) has(name string) bool {
	return slices.ContainsFunc(g.flags, func(each helpFlag) bool { return each.name == name })
}

// flagLines returns the help lines of a flag: its syntax followed by its usage.
func flagLines(cmd *cobra.Command, flag *pflag.Flag, value string, width int) string {
	const column = 30 // where the usage begins, to the right of the longest flag
	typed := "--" + flag.Name
	if flag.Shorthand != "" {
		typed = "-" + flag.Shorthand + ", " + typed
	}
	if flag.Value.Type() != "bool" {
		typed += " " + value
	}
	text := flag.Usage
	if flag.Name == "output" {
		text = strings.Join(FormatsOf(cmd), ", ")
	}
	if shown := flag.DefValue; !slices.Contains([]string{"", "false", "0", "0s", "[]"}, shown) {
		text += " (default " + shown + ")"
	}
	lines := term.Flow(strings.Fields(text), " ", width-column)
	return "  " + term.Pad(typed, column-4) + "  " + strings.Join(lines, "\n"+strings.Repeat(" ", column)) + "\n"
}
