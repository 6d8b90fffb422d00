package simulate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/deploy"
	"github.com/spothandler/spothandler/internal/deploy/resource"
	"github.com/spothandler/spothandler/internal/handler"
	"github.com/spothandler/spothandler/internal/services"
	"github.com/spothandler/spothandler/internal/simulate"
)

// findService finds the service and a task of it.
func (t *simulation) findService(ctx context.Context) error {
	if err := t.readTask(ctx); err != nil {
		return err
	}
	options := services.Options{Bare: true}
	if t.o.cluster != "" {
		options.Clusters = []string{t.o.cluster}
	}
	if t.o.service != "" {
		options.Services = []string{t.o.service}
	}
	facts, err := services.Read(ctx, services.Clients{ECS: t.ecs}, options)
	if err != nil {
		return err
	}
	if err := unread(facts); err != nil {
		return err
	}
	if len(facts.Services) == 0 {
		return t.noService(ctx, facts)
	}
	if len(facts.Services) > 1 {
		return severalServices(facts.Services)
	}
	t.service = &facts.Services[0]
	return t.findTask(ctx)
}

// readTask reads the task of --task, and takes the cluster and the service from it.
func (t *simulation) readTask(ctx context.Context) error {
	if t.o.task == "" {
		return nil
	}
	if parts := strings.Split(t.o.task, "/"); t.o.cluster == "" && len(parts) == 3 { // checkTask rejects others
		t.o.cluster = parts[1]
	}
	task, err := simulate.TaskOf(ctx, t.ecs, t.o.cluster, t.o.task)
	if err != nil {
		return apperr.Explain("reading task "+t.o.task, t.s.ID.Caller, err)
	}
	if !simulate.OnSpot(task) {
		return apperr.Invalid("--service NAME   without --task, any task of the service on Spot is used", "--task %s does not run on Fargate Spot", t.o.task)
	}
	name := simulate.ServiceOf(task)
	if t.o.service != "" && handler.NameOf(t.o.service) != name {
		return apperr.Invalid("--service "+name, "--task %s belongs to the service %s", t.o.task, name)
	}
	t.task, t.o.service = task, name
	return nil
}

// unread returns the error for what could not be read from ECS, or nil.
func unread(facts *services.Facts) error {
	all := slices.Clone(facts.Unread)
	for _, cluster := range facts.Clusters {
		if cluster.Unread != nil {
			all = append(all, *cluster.Unread)
		}
	}
	if len(all) == 0 {
		return nil
	}
	code := apperr.CodeFailed
	if all[0].Denied {
		code = apperr.CodeAccessDenied
	}
	return &apperr.Error{Code: code, Message: "reading the services: " + all[0].Why, Detail: []string{"Nothing was changed."}}
}

// noService returns the error why there is no service to rehearse with. If no service was given, it first reports that nothing is
// installed.
func (t *simulation) noService(ctx context.Context, facts *services.Facts) error {
	switch {
	case t.o.service != "" && facts.Idle > 0:
		return apperr.Invalid("aws ecs update-service --cluster "+t.hintedCluster()+" --service "+apperr.Quote(handler.NameOf(t.o.service))+" --desired-count 1", "--service %s has a desired count of 0: nothing can be interrupted", t.o.service)
	case t.o.service != "":
		return apperr.Invalid("spothandler doctor   lists the services on Spot", "--service %s does not run on Fargate Spot", t.o.service)
	}
	all, _, err := deploy.ListAll(ctx, t.s.Clients, t.s.TagAPI(), t.s.ID, t.RolePath)
	if err != nil {
		return err
	}
	if len(all) == 0 || t.o.oneInstallation && !slices.ContainsFunc(all, func(each deploy.Listed) bool { return each.Prefix == t.o.prefix }) {
		return t.NotInstalled("simulate", t.o.prefix, t.s.ID.Region, all)
	}
	where := t.s.ID.Region
	if t.o.cluster != "" {
		where = "cluster " + handler.NameOf(t.o.cluster)
	}
	return apperr.Invalid("spothandler doctor"+t.Hints().InstallationFlags("")+"   counts what runs there", "no service of %s runs on Fargate Spot: there is nothing to rehearse with", where)
}

// hintedCluster returns the cluster of --cluster as an argument for a hint, or a placeholder.
func (t *simulation) hintedCluster() string {
	if t.o.cluster == "" {
		return "CLUSTER"
	}
	return apperr.Quote(handler.NameOf(t.o.cluster))
}

// severalServices returns the error that asks for one of several services.
func severalServices(all []services.Service) error {
	const few = 5
	refusal := &apperr.Error{Code: apperr.CodeInvalid, Message: fmt.Sprintf("%d services run on Fargate Spot: specify one to rehearse with", len(all))}
	for i := range all[:min(few, len(all))] {
		refusal.Hints = append(refusal.Hints, fmt.Sprintf("--cluster %s --service %s", all[i].Cluster.Name(), all[i].Name()))
	}
	if more := len(all) - few; more > 0 {
		refusal.Detail = []string{fmt.Sprintf("These are the first %d; spothandler doctor --verbose lists all.", few)}
	}
	return refusal
}

// findTask finds a task to rehearse with. If there is none, or the caller may not read it, the rehearsal uses a placeholder: the
// path is the same.
func (t *simulation) findTask(ctx context.Context) error {
	if t.task != nil {
		return nil
	}
	task, err := simulate.LiveTask(ctx, t.ecs, t.clusterARN(), t.service.Name())
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		t.whyPlaceholder = "its tasks could not be read: " + apperr.WhyNot(err)
	case task == nil:
		t.whyPlaceholder = "none of its tasks is running on Fargate Spot"
	}
	t.task = task
	return nil
}

// findInstallation finds the installation to rehearse: the one with the given prefix, else the one that watches the service.
func (t *simulation) findInstallation(ctx context.Context) error {
	others, notChecked, listing := deploy.ListAll(ctx, t.s.Clients, t.s.TagAPI(), t.s.ID, t.RolePath)
	if listing != nil && (ctx.Err() != nil || !t.o.oneInstallation) {
		return listing
	}
	prefix := t.o.prefix
	if !t.o.oneInstallation {
		var err error
		if prefix, err = t.watchingPrefix(others); err != nil {
			return err
		}
	}
	names := t.o.names
	if prefix != t.o.prefix {
		names = nil // they are those of another installation
	}
	found, err := deploy.Find(ctx, t.s.Clients, t.s.ID, prefix, names)
	if err != nil {
		return err
	}
	if !found.Found() {
		return t.notInstalled(prefix, others, listing)
	}
	statuses, err := command.Assess(t.Version, []*deploy.Installation{found}, others)
	if err != nil {
		return err
	}
	if listing != nil {
		notChecked = append(notChecked, resource.NotChecked{What: "other installations", Why: apperr.WhyNot(listing)})
	}
	statuses[0].NotChecked = append(statuses[0].NotChecked, notChecked...)
	t.rehearse = &simulate.Installed{Installation: found, Status: statuses[0], Scope: t.Hints().InstallationFlags(prefix)}
	t.rehearse.Change = func(flags string) string { return t.Hints().Change(prefix, flags, "") }
	t.Prefix = prefix
	return nil
}

// notInstalled returns the error for a prefix that is not installed. listing is the error of listing the others, if any.
func (t *simulation) notInstalled(prefix string, others []deploy.Listed, listing error) error {
	if listing != nil {
		return t.NotInstalledUnlisted(prefix, t.s.ID.Region)
	}
	return t.NotInstalled("simulate", prefix, t.s.ID.Region, others)
}

// watchingPrefix returns the prefix of the only installation, or of the only one that watches the service's cluster.
func (t *simulation) watchingPrefix(all []deploy.Listed) (string, error) {
	if len(all) == 0 {
		return "", nil // an installation without a prefix may remain without its role
	}
	if len(all) == 1 {
		return all[0].Prefix, nil
	}
	var watching []string
	for _, each := range all {
		if each.Record == nil || len(each.Record.Clusters) == 0 || slices.ContainsFunc(each.Record.Clusters, func(c string) bool {
			return t.s.ID.ClusterARN(c) == t.clusterARN()
		}) {
			watching = append(watching, each.Prefix)
		}
	}
	if len(watching) == 1 {
		return watching[0], nil
	}
	refusal := &apperr.Error{
		Code: apperr.CodeInvalid, Message: fmt.Sprintf("%d installations watch cluster %s: specify one", len(watching), t.service.Cluster.Name()),
	}
	if len(watching) == 0 {
		refusal.Message = fmt.Sprintf("none of the %d installations watches cluster %s: specify one", len(all), t.service.Cluster.Name())
		for _, each := range all {
			watching = append(watching, each.Prefix)
		}
	}
	for _, each := range watching {
		refusal.Hints = append(refusal.Hints, "--prefix "+apperr.Quote(each))
	}
	return "", refusal
}
