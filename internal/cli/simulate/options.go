package simulate

import (
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/handler"
)

// options are simulate's own flags.
type options struct {
	prefix                       string
	oneInstallation              bool // a prefix was given
	names                        settings.Given
	cluster, service, task, file string
	forReal                      bool
}

// check rejects options that cannot be combined, before the first call.
func (o *options) check(a *command.App) error {
	slices.Sort(a.Regions)
	a.Regions = slices.Compact(a.Regions)
	if err := o.checkFile(a); err != nil {
		return err
	}
	for _, each := range o.resources() {
		if err := each.CheckName(); err != nil {
			return err
		}
	}
	switch {
	case len(a.Regions) > 1:
		return apperr.Invalid("use one of them", "--region is given %d times: one path is tested at a time", len(a.Regions))
	case a.Yes && !o.forReal:
		return apperr.Invalid("omit it", "--yes applies to --for-real only: a rehearsal changes nothing and does not ask")
	}
	if err := o.checkTask(); err != nil {
		return err
	}
	for _, region := range a.Regions {
		a.Region = region
	}
	return nil
}

// checkTask rejects a task whose cluster is unknown, or differs from --cluster.
func (o *options) checkTask() error {
	parts := strings.Split(o.task, "/") // an ARN ends in task/CLUSTER/ID or, in the old format, task/ID
	switch {
	case o.cluster == "" && o.task != "" && !strings.HasPrefix(o.task, "arn:"):
		return apperr.Invalid("--cluster NAME   the cluster it runs in", "--task %s: an ID does not include its cluster", o.task)
	case o.cluster == "" && o.task != "" && len(parts) != 3:
		return apperr.Invalid("--cluster NAME   the cluster it runs in", "--task %s does not include its cluster", o.task)
	case o.cluster != "" && len(parts) == 3 && parts[1] != handler.NameOf(o.cluster):
		return apperr.Invalid("--cluster "+apperr.Quote(parts[1]), "--task %s runs in cluster %s, not in %s", o.task, parts[1], handler.NameOf(o.cluster))
	}
	return nil
}

// checkFile rejects flags that cannot be combined with --event. It ignores environment variables, which may be for other commands.
func (o *options) checkFile(a *command.App) error {
	if o.file == "" {
		return nil
	}
	for _, flag := range []string{"cluster", "service", "task", "for-real", "prefix", "function-name", "rule-name", "region", "profile", "role-arn", "expect-account"} {
		if a.Sources.Origins[flag] == "--"+flag {
			return apperr.Invalid("omit it", "--event runs without an account, and cannot be combined with --%s", flag)
		}
	}
	return nil
}

// resources returns the ECS resources that flags name.
func (o *options) resources() []input.Resource {
	return slices.DeleteFunc([]input.Resource{{Kind: "cluster", Value: o.cluster}, {Kind: "service", Value: o.service}, {Kind: "task", Value: o.task}}, func(each input.Resource) bool { return each.Value == "" })
}
