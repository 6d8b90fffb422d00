package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// statusAnswer is status's JSON.
type statusAnswer struct {
	Version       string              `json:"version"`
	Installations []deploy.Status     `json:"installations"`
	Errors        []regionError       `json:"errors"`
	NotChecked    []deploy.NotChecked `json:"not_checked"` // beside what each installation has of it

	origins map[origin]*configured
}

// statusOptions are status's own flags.
type statusOptions struct {
	prefix string
	names  settings.Given
	one    bool // a prefix was given

	noHistory bool // read no records
	watch     bool
	every     time.Duration // between two looks
}

// only is the one prefix to look at; nil where it is all.
func (o *statusOptions) only() *string {
	if o.one {
		return &o.prefix
	}
	return nil
}

// at is what is asked for at one of several installations of a file.
func (o *statusOptions) at(a *app) *statusOptions {
	one := *o
	if a.of != nil {
		one.prefix, one.one, one.names = a.of.Prefix(), true, a.of.given
	}
	return &one
}

// isFor reports whether the status is to show installations with this prefix.
func (o *statusOptions) isFor(prefix string) bool { return !o.one || prefix == o.prefix }

func statusCommand(a *app) *cobra.Command {
	o := &statusOptions{every: watchEvery}
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show what is installed, and whether it is healthy",
		Long: `Status compares each installation with its recorded settings, and changes
nothing. Without --prefix it shows every installation of the Region, including
one whose role was deleted. With --all-regions it searches every Region that is
enabled for the account. It exits with 0 if all are healthy, 2 if one is not,
and 3 if there is none. What the caller may not read is reported as not checked.

It also counts what the functions did in the last 24 hours, from their logs.
That does not affect the exit code, and --no-history leaves it out. With --watch
it repeats every few seconds, until ctrl-C.`,
		Example: `  spothandler status
  spothandler status --prefix prod --no-history -o json
  spothandler status --all-regions
  spothandler status --watch`,
		Annotations: map[string]string{input.MoreFormats: "markdown"},
		Args:        input.NoArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if o.names, err = a.given(cmd, o.prefix); err != nil {
				return err
			}
			o.one = cmd.Flags().Changed("prefix")
			return statusRun{app: a, asked: o, unchecked: &unchecked{}}.run(cmd.Context())
		},
	}
	input.AddAddress(cmd, &o.prefix)
	cmd.Flags().BoolVar(&o.noHistory, "no-history", false, "do not read what the functions did in the last 24 hours")
	cmd.Flags().BoolVar(&o.watch, "watch", false, "look again every few seconds, on a terminal, until ctrl-C")
	a.awsFlags(cmd)
	cmd.Flags().Lookup("all-regions").Usage = "every region that is enabled for the account"
	a.answerFileFlags(cmd)
	return cmd
}

// statusRun is one status.
type statusRun struct {
	*app
	asked     *statusOptions
	unchecked *unchecked // shared by all regions

	failure func(error) // is told why something failed; may be nil
	origins map[origin]*configured
}

// origin tells the installations of a file apart.
type origin struct{ account, region, prefix string }

func originOf(status deploy.Status) origin {
	return origin{status.Account, status.Region, status.Prefix}
}

func (r statusRun) run(ctx context.Context) error {
	if err := r.checkWatch(); err != nil {
		return err
	}
	if r.asked.watch {
		return r.watch(ctx)
	}
	return r.once(ctx)
}

// once shows the installations of all regions together: what concerns several of them is said once.
func (r statusRun) once(ctx context.Context) (err error) {
	defer func() { r.tell(err) }()
	if err := r.lookEverywhere(ctx); err != nil {
		return err
	}
	runs, id, err := runInRegions(ctx, r.app, r.asked.only(), func(ctx context.Context, a *app) (statuses, error) {
		return statusRun{app: a, asked: r.asked.at(a), unchecked: r.unchecked}.here(ctx)
	})
	if err != nil {
		return err
	}
	if len(runs) == 1 && !runs[0].app.several {
		v := runs[0]
		if v.err != nil && v.app.account == "" { // it has not come to a region
			return v.err
		}
		v.app.ownErrors = true
		v.code = v.app.conclude(ctx, v.err)
	}
	for _, v := range runs {
		r.tell(v.err)
	}
	if err := r.show(ctx, runs); err != nil {
		return err
	}
	defer r.printEndpoints() // behind the verdict
	if noneAnywhere(runs) {
		return r.noneIn(runs, id)
	}
	return alreadyShown(worst(runs))
}

// tell passes on why something failed.
func (r statusRun) tell(err error) {
	if r.failure != nil && err != nil {
		r.failure(err)
	}
}

// noneAnywhere reports whether several regions, or none, have nothing.
func noneAnywhere(runs []*targetRun[statuses]) bool {
	found := func(v *targetRun[statuses]) bool { return v.code != exitNotInstalled }
	return (len(runs) != 1 || runs[0].of != nil) && !slices.ContainsFunc(runs, found)
}

// show prints what was held back, and the answer.
func (r statusRun) show(ctx context.Context, runs []*targetRun[statuses]) error {
	r.origins = map[origin]*configured{}
	answer := statusAnswer{r.version, []deploy.Status{}, []regionError{}, r.unchecked.list(), r.origins}
	for _, v := range runs {
		if err := v.show(r.app); err != nil {
			return err
		}
		answer.Installations = append(answer.Installations, v.answer...)
		for _, status := range v.answer {
			r.origins[originOf(status)] = v.of
		}
		if v.code == exitError || v.code == exitInterrupted || v.code == exitNotInstalled && v.of != nil {
			answer.Errors = append(answer.Errors, regionError{v.label, v.app.found, bodyOf(v.app.explain(ctx, v.err))})
		}
	}
	if err := r.app.deliver(answer); err != nil || !r.app.isText() {
		return err
	}
	r.print(answer.Installations)
	r.printAbsent(runs)
	return nil
}

// printAbsent names those installations of a file that are not installed.
func (r statusRun) printAbsent(runs []*targetRun[statuses]) {
	for _, v := range runs {
		if v.of == nil || v.code != exitNotInstalled || noneAnywhere(runs) {
			continue
		}
		r.out.Printf("\n")
		r.out.Print(r.out.Note("", fmt.Sprintf("%s is not installed: %s in %s of account %s", v.label, deploy.DisplayPrefix(v.prefix), v.region, v.app.account)))
		show.Hint(r.out, "spothandler install"+r.ofFile(v.label))
	}
}

// notHere is the verdict of status on a region.
func (r statusRun) notHere(id session.Identity, others []deploy.Listed) error {
	if r.asked.one {
		return r.app.notInstalled("status", r.asked.prefix, id.Region, others)
	}
	return missing(fmt.Sprintf("nothing is installed in %s of account %s", id.Region, id.Account),
		r.app.lookFirst("", "spothandler install"+r.scope("NAME"))...)
}

// noneIn is the verdict on several regions.
func (r statusRun) noneIn(runs []*targetRun[statuses], id session.Identity) error {
	r.ownErrors = true
	if len(runs) == 0 {
		return missing("spothandler is not installed in any region of account "+id.Account, "spothandler install --region NAME --region NAME")
	}
	if r.file != nil {
		return missing("nothing of "+r.sources.File+" is installed", "spothandler install"+r.ofFile(namesOf(runs)...))
	}
	regions := make([]string, len(runs))
	for i, v := range runs {
		regions[i] = v.app.region
	}
	return missing(fmt.Sprintf("nothing is installed in %s of account %s", strings.Join(regions, ", "), runs[0].app.account),
		r.app.lookFirst("", "spothandler install --prefix NAME --region NAME")...)
}

// statuses are the installations of a region.
type statuses []deploy.Status

func (s statuses) brief() string {
	bad := 0
	for _, status := range s {
		if !status.Healthy {
			bad++
		}
	}
	switch {
	case len(s) == 1:
		return inWords(s[0].Verdict)
	case bad == 0:
		return fmt.Sprintf("%d healthy", len(s))
	}
	return fmt.Sprintf("%d of %d not healthy", bad, len(s))
}

func (r statusRun) here(ctx context.Context) (statuses, error) {
	s, err := r.open(ctx, r.asked.prefix)
	if err != nil {
		return nil, err
	}
	var days *recents
	var located func(deploy.Names, *settings.Record)
	if !r.asked.noHistory {
		days = newRecents(ctx, s.logsAPI(), r.logsRate(s.ID))
		defer days.end()
		located = days.located
	}
	survey, err := deploy.Inspect(ctx, s.clients, s.tagAPI(), s.ID, r.asked.only(), r.asked.names, located)
	if err != nil {
		return nil, r.pointToPolicy("", r.asked.prefix, err)
	}
	all := r.assessAll(ctx, s, survey, days)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err := failuresOf(survey.Failed); err != nil {
		return all, r.pointToPolicy("", r.asked.prefix, err)
	}
	if len(all) == 0 {
		r.leaveUnchecked(survey.NotChecked...)
		return nil, r.notHere(s.ID, survey.Others)
	}
	if slices.ContainsFunc(all, func(status deploy.Status) bool { return !status.Healthy }) {
		return all, errDiffers
	}
	return all, nil
}

func (s statusAnswer) all() []installedThere {
	all := []installedThere{}
	for _, status := range s.Installations {
		one := installedThere{place: place{Prefix: status.Prefix, Region: status.Region, Account: status.Account}, Outputs: &status.Outputs}
		if of := s.origins[originOf(status)]; of != nil {
			one.Name = of.Name
		}
		all = append(all, one)
	}
	for _, each := range s.Errors {
		all = append(all, installedThere{place: place{Name: each.Name, Region: each.Region}, Error: &each.Error})
	}
	return all
}
