package command

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy"
)

// withVerboseHint is an error for which nothing better is known than to look closer.
func (a *App) withVerboseHint(err *apperr.Error) *apperr.Error {
	hinted := *err
	hinted.Hints = []string{a.CommandLine() + " --verbose   the same, with every call to AWS"}
	if a.Verbose {
		hinted.Hints = []string{"see the failed calls above"}
	}
	return &hinted
}

// CommandLine returns the command as it was typed, to be pasted again.
func (a *App) CommandLine() string {
	words := []string{"spothandler"}
	for _, arg := range a.args {
		words = append(words, apperr.Quote(arg))
	}
	return strings.Join(words, " ")
}

// InstallationFlags returns the flags, behind a blank, that make another command be about the same installation: those of the file, or
// what was typed of its address.
func (a *App) InstallationFlags(prefix string) string {
	if a.Installation != nil && prefix == a.Installation.Prefix() {
		return a.FileFlags(a.Installation.Name)
	}
	return a.AddressFlags(prefix)
}

// AddressFlags returns the flags that tell where an installation is, behind a blank each.
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

// CommandFor returns a command about another installation, or where nothing that can be typed leads to it, what is in the way.
func (a *App) CommandFor(command, prefix string) string {
	if prefix == "" && a.Sources.PrefixOrigin != "" {
		return fmt.Sprintf("%s is meant only where %s does not give a prefix", deploy.DisplayPrefix(prefix), a.Sources.PrefixOrigin)
	}
	return "spothandler " + command + a.InstallationFlags(prefix)
}

// CommandLineWithout returns the typed command less some flags that take no value. One that the environment has set is turned off.
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

// AddPolicyHint adds to an access-denied error the command that prints the policy its caller needs: that of a command, or
// the usual one where command is "". Other errors it returns as they are.
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

// RecordAllHint returns the hint with which a function records everything from then on.
func (a *App) RecordAllHint(prefix string) string {
	return "spothandler install" + a.InstallationFlags(prefix) + " --log-level INFO   records all that follows"
}

// FileFlags returns the flags, behind a blank, that make another command be about installations of the same file.
func (a *App) FileFlags(names ...string) string {
	out := " --config " + apperr.Quote(a.Sources.File)
	if len(names) < a.Sources.FileCount {
		for _, name := range names {
			out += " --only " + name
		}
	}
	return out
}

// SearchHints returns the hints where nothing was found: to look in the other Regions, and only then to install. A typed
// Region may be the wrong one, and a second installation there would do nothing for those who look for the first.
func (a *App) SearchHints(prefix string, install string) []string {
	if a.Installation != nil || a.Installations != nil || a.AllRegions {
		return []string{install}
	}
	anywhere := *a
	anywhere.Region = ""
	return []string{"spothandler status" + anywhere.AddressFlags(prefix) + " --all-regions   looks in every Region", install}
}
