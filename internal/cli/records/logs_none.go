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

// describeFilters describes the filters: "service api, level ERROR or higher".
func (o *logsOptions) describeFilters() string {
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
		add("level", []string{level + " or higher"})
	}
	return strings.Join(all, ", ")
}

// printNone prints that no record passes the filters. In case the name of a cluster or service is wrong, it also prints those
// that have records.
func (r logsRun) printNone(ctx context.Context, reader *recordReader, query history.Query) error {
	o := r.opts
	of := ""
	if filters := o.describeFilters(); filters != "" {
		of = " of " + filters
	}
	text := "no records" + of + " from " + stamp(o.period.From) + " to " + stamp(o.period.UntilNow())
	if !r.JSON() {
		r.Out.Print(r.Out.Item(term.Quiet, text))
	}
	if len(o.filter.Services) == 0 && len(o.filter.Clusters) == 0 {
		return nil
	}
	known, err := reader.servicesIn(ctx, query)
	if err != nil {
		return err
	}
	var names []string
	for _, each := range known {
		cluster, service, _ := strings.Cut(each, "/")
		names = append(names, cluster, service, each)
	}
	isKnown := func(name string) bool { return slices.Contains(names, plainName(name)) }
	unknown := slices.DeleteFunc(slices.Concat(o.filter.Clusters, o.filter.Services), isKnown)
	if len(unknown) == 0 {
		return nil
	}
	if len(known) == 0 {
		r.Warn("no service has records in this period")
		return nil
	}
	r.Warn(strings.Join(unknown, ", ") + " has no records in this period; these services do: " + someOf(known))
	for _, each := range unknown {
		if near := apperr.Nearest(plainName(each), names); near != "" {
			show.Hint(r.Err, "did you mean "+apperr.Quote(near)+"?")
		}
	}
	return nil
}

// plainName returns the name in a cluster's ARN. Anything else is returned unchanged.
func plainName(cluster string) string {
	if strings.HasPrefix(cluster, "arn:") {
		return handler.NameOf(cluster)
	}
	return cluster
}

// someOf returns the first few of the names, and how many more there are.
func someOf(names []string) string {
	const few = 8
	if len(names) <= few {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:few], ", ") + " and " + term.Plural(len(names)-few, "other")
}

// servicesIn returns the services that have records in the query's period, as CLUSTER/SERVICE.
func (r *recordReader) servicesIn(ctx context.Context, query history.Query) (names []string, err error) {
	query.Filter = history.Filter{}
	_, err = r.read(ctx, query, nil, func(e history.Entry) error {
		name := handler.NameOf(e.Cluster) + "/" + e.Service
		if at, found := slices.BinarySearch(names, name); e.Service != "" && !found {
			names = slices.Insert(names, at, name)
		}
		return nil
	})
	return names, err
}
