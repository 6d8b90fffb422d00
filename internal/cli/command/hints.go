package command

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy"
)

// withVerboseHint returns a copy of err with the hint to run the command again with --verbose.
func (a *App) withVerboseHint(err *apperr.Error) *apperr.Error {
	hinted := *err
	hinted.Hints = []string{a.CommandLine() + " --verbose   the same, with every call to AWS"}
	if a.Verbose {
		hinted.Hints = []string{"see the failed calls above"}
	}
	return &hinted
}

// CommandLine returns the command as it was typed, quoted for a shell.
func (a *App) CommandLine() string {
	words := []string{"spothandler"}
	for _, arg := range a.args {
		words = append(words, apperr.Quote(arg))
	}
	return strings.Join(words, " ")
}

// InstallationFlags returns, with a leading space, the flags that make another command select the same installation: those
// of the configuration file, or those that were typed.
func (a *App) InstallationFlags(prefix string) string {
	if a.Installation != nil && prefix == a.Installation.Prefix() {
		return a.FileFlags(a.Installation.Name)
	}
	return a.AddressFlags(prefix)
}

// AddressFlags returns the flags that select the installation with this prefix in the current Region and account, each with
// a leading space.
func (a *App) AddressFlags(prefix string) string {
	var out strings.Builder
	for _, flag := range []struct{ name, value string }{
		{"prefix", prefix}, {"region", a.Region}, {"profile", a.Profile}, {"role-arn", a.RoleARN}, {"expect-account", a.ExpectAccount},
	} {
		if flag.value != "" {
			fmt.Fprintf(&out, " --%s %s", flag.name, apperr.Quote(flag.value))
		}
	}
	return out.String()
}

// CommandFor returns a command line for another installation or, if no command line can select it, the reason.
func (a *App) CommandFor(command, prefix string) string {
	if prefix == "" && a.Sources.PrefixOrigin != "" {
		return fmt.Sprintf("%s is meant only where %s does not give a prefix", deploy.DisplayPrefix(prefix), a.Sources.PrefixOrigin)
	}
	return "spothandler " + command + a.InstallationFlags(prefix)
}

// CommandLineWithout returns the command as it was typed without the given boolean flags. A flag that is set by the
// environment is turned off explicitly.
func (a *App) CommandLineWithout(flags ...string) string {
	copied := *a
	copied.args = nil
	for _, arg := range a.args {
		if name, _, _ := strings.Cut(arg, "="); !slices.Contains(flags, name) {
			copied.args = append(copied.args, arg)
		}
	}
	for _, flag := range flags {
		if source := a.Sources.Origins[strings.TrimPrefix(flag, "--")]; source != "" && source != flag {
			copied.args = append(copied.args, flag+"=false")
		}
	}
	return copied.CommandLine()
}

// AddPolicyHint adds to an access-denied error the command that prints the policy the caller needs: the policy of command,
// or the default policy if command is "". It returns other errors unchanged.
func (a *App) AddPolicyHint(command, prefix string, err error) error {
	var known *apperr.Error
	if !errors.As(err, &known) || known.Code != apperr.CodeAccessDenied {
		return err
	}
	if command != "" {
		command = " " + command
	}
	explained := *known
	explained.Hints = append([]string{"spothandler policy" + command + a.InstallationFlags(prefix) + "   the least-privilege policy"}, known.Hints...)
	return &explained
}

// RecordAllHint returns the hint that makes the function record all decisions from then on.
func (a *App) RecordAllHint(prefix string) string {
	return "spothandler install" + a.InstallationFlags(prefix) + " --log-level INFO   records all that follows"
}

// FileFlags returns, with a leading space, the flags that make another command select the named installations in the same
// file.
func (a *App) FileFlags(names ...string) string {
	out := " --config " + apperr.Quote(a.Sources.File)
	if len(names) < a.Sources.FileCount {
		for _, name := range names {
			out += " --only " + name
		}
	}
	return out
}

// SearchHints returns the hints for an installation that was not found: to search all Regions first, and then to install.
// The Region may be a mistake, and a second installation in the wrong Region would not help.
func (a *App) SearchHints(prefix string, install string) []string {
	if a.Installation != nil || a.Installations != nil || a.AllRegions {
		return []string{install}
	}
	anywhere := *a
	anywhere.Region = ""
	return []string{"spothandler status" + anywhere.AddressFlags(prefix) + " --all-regions   looks in every Region", install}
}
