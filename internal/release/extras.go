package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"github.com/spf13/pflag"
)

// writeExtras writes the completions and man pages of a release into the directories completions and man of a
// directory. The same commands, version and date give the same bytes.
func writeExtras(root *cobra.Command, dir, version string, date time.Time) error {
	files, err := completions(root)
	if err != nil {
		return err
	}
	forMan(root)
	if err := manPages(root, &doc.GenManHeader{Source: "spothandler " + version, Manual: "spothandler", Date: &date}, files); err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil { // removes the pages of commands that no longer exist
		return err
	}
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil { //nolint:gosec // world-readable on purpose
			return err
		}
	}
	return nil
}

// completions returns the completion scripts by the names that the shells look for.
func completions(root *cobra.Command) (map[string][]byte, error) {
	files := map[string][]byte{}
	for name, write := range map[string]func(io.Writer) error{
		"completions/spothandler.bash": func(w io.Writer) error { return root.GenBashCompletionV2(w, true) },
		"completions/_spothandler":     root.GenZshCompletion,
		"completions/spothandler.fish": func(w io.Writer) error { return root.GenFishCompletion(w, true) },
		"completions/spothandler.ps1":  root.GenPowerShellCompletionWithDesc,
	} {
		var out bytes.Buffer
		if err := write(&out); err != nil {
			return nil, err
		}
		files[name] = out.Bytes()
	}
	return files, nil
}

// manPages adds a man page, compressed with gzip, for the command and each subcommand.
func manPages(cmd *cobra.Command, header *doc.GenManHeader, files map[string][]byte) error {
	if !cmd.IsAvailableCommand() && cmd.HasParent() {
		return nil
	}
	var out bytes.Buffer
	zip, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return err
	}
	page := *header
	if err := doc.GenMan(cmd, &page, zip); err != nil {
		return err
	}
	if err := zip.Close(); err != nil {
		return err
	}
	files["man/"+strings.ReplaceAll(cmd.CommandPath(), " ", "-")+".1.gz"] = out.Bytes()
	for _, each := range cmd.Commands() {
		if err := manPages(each, header, files); err != nil {
			return err
		}
	}
	return nil
}

// forMan converts the texts of the commands to Markdown, which cobra/doc expects.
func forMan(cmd *cobra.Command) {
	cmd.DisableAutoGenTag = true
	cmd.Long, cmd.Short, cmd.Use = markdown(cmd.Long), markdown(cmd.Short), markdown(cmd.Use)
	escape := func(flag *pflag.Flag) { flag.Usage = markdown(flag.Usage) }
	cmd.LocalNonPersistentFlags().VisitAll(escape)
	cmd.PersistentFlags().VisitAll(escape)
	for _, each := range cmd.Commands() {
		forMan(each)
	}
}

// markdown converts plain text to Markdown: special characters are escaped, and an indented line is code.
func markdown(text string) string {
	special := regexp.MustCompile("[\\\\`*_{}\\[\\]<>#|~]")
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if trimmed := strings.TrimLeft(line, " \t"); trimmed == line || trimmed == "" {
			lines[i] = special.ReplaceAllString(line, `\$0`)
		} else {
			lines[i] = "\t" + trimmed
		}
	}
	return strings.Join(lines, "\n")
}
