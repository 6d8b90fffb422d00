package status

import (
	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// options are status's own flags.
type options struct {
	prefix string
	names  settings.Given
	one    bool // a prefix was given

	noHistory bool // do not read records
	watch     bool
}

// only returns the prefix that was given, or nil for all installations.
func (o *options) only() *string {
	if o.one {
		return &o.prefix
	}
	return nil
}

// at returns the options for one of several installations of a configuration file.
func (o *options) at(a *command.App) *options {
	one := *o
	if a.Installation != nil {
		one.prefix, one.one, one.names = a.Installation.Prefix(), true, a.Installation.Given
	}
	return &one
}

// isFor reports whether installations with this prefix are to be shown.
func (o *options) isFor(prefix string) bool { return !o.one || prefix == o.prefix }
