package cli

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// configInitOptions are the flags of config init.
type configInitOptions struct {
	prefix    string
	one       bool // a prefix was given
	given     settings.Given
	file      string
	overwrite bool
}

func configInitCommand(a *command.App) *cobra.Command {
	o := &configInitOptions{}
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Create a configuration file from what is installed",
		Long: `Init prints a commented configuration file for the installations that it finds,
or writes it to --file. The settings of a single installation are top-level
keys; several installations are listed by name. Init changes nothing in the
account. If nothing is installed, the file is a starting point.`,
		Example: `  spothandler config init --all-regions --file spothandler.yaml
  spothandler config init --prefix prod`,
		Args: input.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if o.given, err = a.Given(cmd, o.prefix); err != nil {
				return err
			}
			o.one = cmd.Flags().Changed("prefix")
			return (&configInit{App: a, asked: o}).run(cmd.Context())
		},
	}
	flags := cmd.Flags()
	input.AddPrefix(cmd, &o.prefix)
	flags.String("role-path", "", "path to search for roles, besides "+settings.DefaultRolePath)
	flags.StringVar(&o.file, "file", "", "write to this file instead of stdout")
	_ = cmd.MarkFlagFilename("file", "yaml", "yml")
	flags.BoolVar(&o.overwrite, "overwrite", false, "with --file: replace an existing file")
	a.AWSFlags(cmd)
	return cmd
}

// configInit is a run of config init.
type configInit struct {
	*command.App
	asked *configInitOptions
	file  *input.OutputFile // nil means standard output
}

// installedHere are the installations in a Region, as entries of a file.
type installedHere []settings.Entry

func (i installedHere) Brief() string { return term.Plural(len(i), "installation") }

func (c *configInit) run(ctx context.Context) error {
	if err := c.mayWrite(); err != nil {
		return err
	}
	only := (*string)(nil)
	if c.asked.one {
		only = &c.asked.prefix
	}
	runs, id, err := command.RunInRegions(ctx, c.App, only, func(ctx context.Context, a *command.App) (installedHere, error) {
		return (&configInit{App: a, asked: c.asked}).here(ctx)
	})
	switch {
	case err != nil:
		return err
	case len(runs) == 0:
		return c.write(ctx, nil, id.Account, "")
	case !runs[0].App.OneOfSeveral && runs[0].Err != nil:
		return runs[0].Err
	}
	var found []settings.Entry
	for _, v := range runs {
		if err := v.Show(c.App); err != nil {
			return err
		}
		found = append(found, v.Result...)
	}
	if code := command.WorstExitCode(runs); runs[0].App.OneOfSeveral && code != command.ExitOK {
		return command.AlreadyShown(code)
	}
	return c.write(ctx, found, runs[0].App.Account, runs[0].App.RegionInUse)
}

// mayWrite returns an error, before any AWS call, if the file exists or cannot be written.
func (c *configInit) mayWrite() (err error) {
	path := c.asked.file
	if path == "" {
		if c.asked.overwrite {
			return apperr.Invalid("--file FILE   which file", "--overwrite requires --file")
		}
		return nil
	}
	if c.file, err = input.OpenOutputFile("--file", path, "spothandler.yaml"); err != nil {
		return err
	}
	return c.mayReplace()
}

// mayReplace returns an error if the file exists and --overwrite is not set.
func (c *configInit) mayReplace() error {
	if _, err := os.Stat(c.asked.file); err == nil && !c.asked.overwrite {
		return apperr.Invalid("--overwrite   replaces it", "--file %s already exists", c.asked.file)
	}
	return nil
}

// here finds the installations in a Region. It omits those whose role, and with it the record of their settings, is gone.
func (c *configInit) here(ctx context.Context) (installedHere, error) {
	s, err := c.Open(ctx, c.asked.prefix)
	if err != nil {
		return nil, err
	}
	c.PrintEndpoints()
	only := (*string)(nil)
	if c.asked.one {
		only = &c.asked.prefix
	}
	survey, err := deploy.Inspect(ctx, s.Clients, s.TagAPI(), s.ID, only, c.asked.given, nil)
	if err == nil {
		err = command.CombineFailures(survey.Failed)
	}
	if err != nil {
		return nil, c.Hints().AddPolicy("status", c.asked.prefix, err)
	}
	for _, each := range survey.NotChecked {
		c.Warn(each.String())
	}
	all := installedHere{}
	for _, found := range survey.Found {
		if found.Record == nil {
			c.Warn(deploy.DisplayPrefix(found.Names.Prefix) + " is omitted: its record is lost, and its settings with it")
			continue
		}
		judged, err := command.Assess(c.Version, []*deploy.Installation{found}, survey.Others)
		if err != nil {
			return nil, err
		}
		all = append(all, settings.Entry{Regions: []string{s.ID.Region}, Spec: judged[0].Spec})
	}
	return all, nil
}

// remark returns a text in the lines of a comment of at most 80 columns.
func remark(text string) []string { return term.Flow(strings.Fields(text), " ", 80-len("# ")) }

// write writes the file, or prints it.
func (c *configInit) write(ctx context.Context, found []settings.Entry, account, region string) error {
	origin := "Written by spothandler " + c.Version + " from what is installed in account " + account + "."
	if len(found) == 0 {
		origin = "Written by spothandler " + c.Version + ": nothing is installed in account " + account + " yet."
		c.Warn("nothing is installed: the file is a starting point")
		found = []settings.Entry{{Spec: settings.Defaults(cmp.Or(c.asked.prefix, "prod"))}}
		if region != "" {
			found[0].Regions = []string{region}
		}
	}
	remarks := slices.Concat(remark(origin), []string{""}, remark("spothandler install --config FILE --dry-run shows what it would change. Settings that are not "+
		"in this file are reset to their defaults; spothandler config --help says which are kept."))
	entries := withNames(found)
	common := map[string]string{"expect-account": account}
	if c.Profile != "" {
		common["profile"] = c.Profile
	}
	if c.RoleARN != "" {
		common["role-arn"] = c.RoleARN
	}
	text := settings.FileText(remarks, common, entries)
	file, err := settings.ParseFile(cmp.Or(c.asked.file, "this file"), []byte(text))
	if err == nil {
		err = file.Check(ctx)
	}
	if err != nil { // for example, two installations that watch the same clusters
		c.Warn("fix this before using the file: " + err.Error())
	}
	if c.file != nil {
		if err := c.put(text); err != nil {
			return err
		}
	}
	return c.deliver(file, text)
}

func (c *configInit) deliver(file settings.File, text string) error {
	if c.JSON() {
		output := configuredIn(file)
		output.File, output.Text = c.asked.file, text
		return c.Out.JSON(output)
	}
	if c.asked.file == "" {
		for line := range strings.Lines(text) {
			c.Out.Printf("%s\n", strings.TrimSuffix(line, "\n"))
		}
		return nil
	}
	output := configuredIn(file)
	c.Out.Print(c.Out.Success("Written: " + c.asked.file + " with " + term.Plural(len(output.Installations), "installation")))
	show.Hint(c.Out, "spothandler install --config "+apperr.Quote(c.asked.file)+" --dry-run")
	return nil
}

func (c *configInit) put(text string) error {
	if err := c.mayReplace(); err != nil { // it may have been created since
		return err
	}
	return c.file.Write([]byte(text))
}

// withNames merges installations that differ only in their Region, and gives each a name.
func withNames(found []settings.Entry) []settings.Entry {
	var all []settings.Entry
	for _, each := range found {
		alike := slices.IndexFunc(all, func(other settings.Entry) bool { return reflect.DeepEqual(each.Spec, other.Spec) })
		if alike >= 0 {
			all[alike].Regions = append(all[alike].Regions, each.Regions...)
			continue
		}
		all = append(all, each)
	}
	taken := map[string]bool{}
	for n := range all {
		name := cmp.Or(strings.Trim(all[n].Spec.Prefix, "-_"), "default")
		if taken[name] && len(all[n].Regions) > 0 {
			name += "-" + all[n].Regions[0]
		}
		for base, more := name, 2; taken[name]; more++ {
			name = fmt.Sprintf("%s-%d", base, more)
		}
		taken[name] = true
		all[n].Name = name
	}
	return all
}
