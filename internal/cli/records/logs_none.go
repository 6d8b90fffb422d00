package records

import (
	"context"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/show"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/history"
)

// inWords are the filters as they are named where no record passes them: "service api, level ERROR or worse".
func (o *logsOptions) inWords() string {
	var all []string
	add := func(name string, values []string) {
		if len(values) > 0 {
			all = append(all, name+" "+strings.Join(values, " or "))
		}
	}
	var reasons []string
	for _, reason := range o.filter.Reasons {
		reasons = append(reasons, string(reason))
	}
	add("cluster", o.filter.Clusters)
	add("service", o.filter.Services)
	add("reason", reasons)
	if o.filter.Task != "" {
		add("task", []string{o.filter.Task})
	}
	if level := o.filter.Level; level != "" {
		add("level", []string{level + " or worse"})
	}
	return strings.Join(all, ", ")
}

// sayNone says that there is no record, and of which filters. Of a cluster or service it may be the name that is wrong:
// then those that have records are named.
func (r logsRun) sayNone(ctx context.Context, j *journal, query history.Query) error {
	o := r.asked
	of := ""
	if filters := o.inWords(); filters != "" {
		of = " of " + filters
	}
	text := "no records" + of + " from " + stamp(o.period.From) + " to " + stamp(o.period.UntilNow())
	if !r.JSON() {
		r.Out.Print(r.Out.Item(term.Quiet, text))
	}
	if len(o.filter.Services) == 0 && len(o.filter.Clusters) == 0 {
		return nil
	}
	known, err := j.servicesIn(ctx, query)
	if err != nil {
		return err
	}
	var names []string
	for _, each := range known {
		cluster, service, _ := strings.Cut(each, "/")
		names = append(names, cluster, service)
	}
	isKnown := func(name string) bool { return slices.Contains(names, handler.NameOf(name)) }
	asked := slices.DeleteFunc(slices.Concat(o.filter.Clusters, o.filter.Services), isKnown)
	if len(asked) == 0 {
		return nil
	}
	if len(known) == 0 {
		r.Warn("no service has records in this period")
		return nil
	}
	r.Warn(strings.Join(asked, ", ") + " has no records in this period; these services have: " + someOf(known))
	for _, each := range asked {
		if near := apperr.Nearest(handler.NameOf(each), names); near != "" {
			show.Hint(r.Err, "did you mean "+apperr.Quote(near)+"?")
		}
	}
	return nil
}

// someOf are the first of some names, and how many more there are.
func someOf(names []string) string {
	const few = 8
	if len(names) <= few {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:few], ", ") + " and " + term.Plural(len(names)-few, "other")
}

// servicesIn are the services that have records in a period, as CLUSTER/SERVICE.
func (j *journal) servicesIn(ctx context.Context, query history.Query) (names []string, err error) {
	query.Filter = history.Filter{}
	_, err = j.read(ctx, query, false, func(e history.Entry) error {
		name := handler.NameOf(e.Cluster) + "/" + e.Service
		if at, found := slices.BinarySearch(names, name); e.Service != "" && !found {
			names = slices.Insert(names, at, name)
		}
		return nil
	})
	return names, err
}
