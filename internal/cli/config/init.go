package config

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

// initOptions are the flags of config init.
type initOptions struct {
	prefix    string
	one       bool // a prefix was given
	given     settings.Given
	file      string
	overwrite bool
}

func initCommand(a *command.App) *cobra.Command {
	o := &initOptions{}
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
			return (&initRun{App: a, opts: o}).run(cmd.Context())
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

// initRun is a run of config init.
type initRun struct {
	*command.App
	opts *initOptions
	file *input.OutputFile // nil means standard output
}

// installedHere are the installations in a Region, as entries of a file.
type installedHere []settings.Entry

func (i installedHere) Brief() string { return term.Plural(len(i), "installation") }

func (r *initRun) run(ctx context.Context) error {
	if err := r.mayWrite(); err != nil {
		return err
	}
	only := (*string)(nil)
	if r.opts.one {
		only = &r.opts.prefix
	}
	runs, id, err := command.RunInRegions(ctx, r.App, only, func(ctx context.Context, a *command.App) (installedHere, error) {
		return (&initRun{App: a, opts: r.opts}).here(ctx)
	})
	switch {
	case err != nil:
		return err
	case len(runs) == 0:
		return r.write(ctx, nil, id.Account, "")
	case !runs[0].App.OneOfSeveral && runs[0].Err != nil:
		return runs[0].Err
	}
	var found []settings.Entry
	for _, v := range runs {
		if err := v.Show(r.App); err != nil {
			return err
		}
		found = append(found, v.Result...)
	}
	if code := command.WorstExitCode(runs); runs[0].App.OneOfSeveral && code != command.ExitOK {
		return command.AlreadyShown(code)
	}
	return r.write(ctx, found, runs[0].App.Account, runs[0].App.RegionInUse)
}

// mayWrite returns an error, before any AWS call, if the file exists or cannot be written.
func (r *initRun) mayWrite() (err error) {
	path := r.opts.file
	if path == "" {
		if r.opts.overwrite {
			return apperr.Invalid("--file FILE   which file", "--overwrite requires --file")
		}
		return nil
	}
	if r.file, err = input.OpenOutputFile("--file", path, "spothandler.yaml"); err != nil {
		return err
	}
	return r.mayReplace()
}

// mayReplace returns an error if the file exists and --overwrite is not set.
func (r *initRun) mayReplace() error {
	if _, err := os.Stat(r.opts.file); err == nil && !r.opts.overwrite {
		return apperr.Invalid("--overwrite   replaces it", "--file %s already exists", r.opts.file)
	}
	return nil
}

// here finds the installations in a Region. It omits those whose role, and with it the record of their settings, is gone.
func (r *initRun) here(ctx context.Context) (installedHere, error) {
	s, err := r.Open(ctx, r.opts.prefix)
	if err != nil {
		return nil, err
	}
	r.PrintEndpoints()
	only := (*string)(nil)
	if r.opts.one {
		only = &r.opts.prefix
	}
	survey, err := deploy.Inspect(ctx, s.Clients, s.TagAPI(), s.ID, only, r.opts.given, nil)
	if err == nil {
		err = command.CombineFailures(survey.Failed)
	}
	if err != nil {
		return nil, r.Hints().AddPolicy("status", r.opts.prefix, err)
	}
	for _, each := range survey.NotChecked {
		r.Warn(each.String())
	}
	all := installedHere{}
	for _, found := range survey.Found {
		if found.Record == nil {
			r.Warn(deploy.DisplayPrefix(found.Names.Prefix) + " is omitted: the record of its settings no longer exists")
			continue
		}
		assessed, err := command.Assess(r.Version, []*deploy.Installation{found}, survey.Others)
		if err != nil {
			return nil, err
		}
		all = append(all, settings.Entry{Regions: []string{s.ID.Region}, Spec: assessed[0].Spec})
	}
	return all, nil
}

// remark returns a text in the lines of a comment of at most 80 columns.
func remark(text string) []string { return term.Flow(strings.Fields(text), " ", 80-len("# ")) }

// write writes the file, or prints it.
func (r *initRun) write(ctx context.Context, found []settings.Entry, account, region string) error {
	origin := "Written by spothandler " + r.Version + " from what is installed in account " + account + "."
	if len(found) == 0 {
		origin = "Written by spothandler " + r.Version + ": nothing is installed in account " + account + " yet."
		r.Warn("nothing is installed: the file is a starting point")
		found = []settings.Entry{{Spec: settings.Defaults(cmp.Or(r.opts.prefix, "prod"))}}
		if region != "" {
			found[0].Regions = []string{region}
		}
	}
	remarks := slices.Concat(remark(origin), []string{""}, remark("spothandler install --config FILE --dry-run shows what it would change. Settings that are not "+
		"in this file are reset to their defaults; spothandler config --help says which are kept."))
	entries := withNames(found)
	common := map[string]string{"expect-account": account}
	if r.Profile != "" {
		common["profile"] = r.Profile
	}
	if r.RoleARN != "" {
		common["role-arn"] = r.RoleARN
	}
	text := settings.FileText(remarks, common, entries)
	file, err := settings.ParseFile(cmp.Or(r.opts.file, "this file"), []byte(text))
	if err == nil {
		err = file.Check(ctx)
	}
	if err != nil { // for example, two installations that watch the same clusters
		r.Warn("fix this before using the file: " + err.Error())
	}
	if r.file != nil {
		if err := r.put(text); err != nil {
			return err
		}
	}
	return r.deliver(file, text)
}

func (r *initRun) deliver(file settings.File, text string) error {
	if r.JSON() {
		output := installationsIn(file)
		output.File, output.Text = r.opts.file, text
		return r.Out.JSON(output)
	}
	if r.opts.file == "" {
		for line := range strings.Lines(text) {
			r.Out.Printf("%s\n", strings.TrimSuffix(line, "\n"))
		}
		return nil
	}
	output := installationsIn(file)
	r.Out.Print(r.Out.Success("Written: " + r.opts.file + " with " + term.Plural(len(output.Installations), "installation")))
	show.Hint(r.Out, "spothandler install --config "+apperr.Quote(r.opts.file)+" --dry-run")
	return nil
}

func (r *initRun) put(text string) error {
	if err := r.mayReplace(); err != nil { // it may have been created since
		return err
	}
	return r.file.Write([]byte(text))
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
