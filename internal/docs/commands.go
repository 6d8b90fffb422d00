package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/cli"
)

// commandsPart returns the reference of all commands: a table of them, then the help of each.
func commandsPart() (string, error) {
	var table, help strings.Builder
	table.WriteString("| command | |\n|---|---|\n")
	for _, cmd := range everyCommand(cli.Commands()) {
		fmt.Fprintf(&table, "| [`%s`](#%s) | %s |\n", cmd.CommandPath(), slug(cmd.CommandPath()), cmd.Short)
		text, err := helpOf(cmd)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&help, "\n## %s\n\n```text\n%s```\n", cmd.CommandPath(), text)
	}
	return table.String() + help.String(), nil
}

// everyCommand returns a command and its subcommands, in the order of the help. The commands for the shells'
// completion scripts are left out.
func everyCommand(cmd *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{cmd}
	if cmd.Name() == "completion" {
		return all
	}
	for _, each := range cmd.Commands() {
		if each.IsAvailableCommand() {
			all = append(all, everyCommand(each)...)
		}
	}
	return all
}

// helpOf returns the output of --help on a terminal of 80 columns.
func helpOf(cmd *cobra.Command) (string, error) {
	var out bytes.Buffer
	cmd.InitDefaultHelpFlag()
	cmd.SetOut(&out)
	defer cmd.SetOut(nil)
	if err := cmd.Help(); err != nil {
		return "", err
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(slices.Compact(lines), "\n") + "\n", nil
}
