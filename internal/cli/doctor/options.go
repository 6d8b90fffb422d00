package doctor

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/input"
)

// options are doctor's own flags.
type options struct {
	clusters, services, ignored []string
	explain                     string
	strict                      bool
}

// check rejects invalid options, before the first call.
func (o *options) check(cmd *cobra.Command) error {
	for _, given := range []struct {
		flag  string
		texts []string
	}{{"cluster", o.clusters}, {"service", o.services}, {"ignore", o.ignored}} {
		nothing := cmd.Flags().Changed(given.flag) && len(given.texts) == 0
		if nothing || slices.ContainsFunc(given.texts, func(text string) bool { return strings.TrimSpace(text) == "" }) {
			return apperr.Invalid("give it a value, or omit it", "--%s is empty", given.flag)
		}
	}
	for _, each := range input.Resources(o.clusters, o.services) {
		if err := each.CheckName(); err != nil {
			return err
		}
	}
	for i, code := range o.ignored {
		known, err := knownCode("--ignore", code)
		if err != nil {
			return err
		}
		o.ignored[i] = known
	}
	return nil
}
