package install

import (
	"context"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// checkTogether refuses installations of a file that turn out to be one, or to watch the same clusters, now that their
// accounts are known. It is what the file alone could not tell.
func checkTogether(ctx context.Context, runs []*command.TargetRun[installOutput]) error {
	var all []settings.Installation
	for _, v := range runs {
		one := v.Installation.Installation
		one.Values = settings.Given{}
		for name, value := range v.Installation.Values {
			one.Values[name] = value
		}
		delete(one.Values, "role-arn")
		delete(one.Values, "profile")
		one.Values["expect-account"] = settings.Value{Texts: []string{v.App.Account}, Source: v.Installation.Source}
		one.Values["region"] = settings.Value{Texts: []string{v.Region}, Source: v.Installation.Source}
		all = append(all, one)
	}
	return settings.CheckTogether(ctx, all)
}
