package command

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/input"
	"github.com/spothandler/spothandler/internal/deploy"
)

// Hints writes the command lines that a command suggests next. They repeat what the user typed, or select an installation
// by the flags that select it now. Hints only formats text.
type Hints struct {
	args         []string      // as typed
	sources      input.Sources // where the flags' values come from
	installation *ConfiguredInstallation
	noSearch     bool // the command covers all Regions, or those of a file
	verbose      bool

	region, profile, roleARN, expectAccount string
}

// Hints returns the hints for the command in its current Region.
func (a *App) Hints() Hints {
	return Hints{
		args: a.args, sources: a.Sources, installation: a.Installation, verbose: a.Verbose,
		noSearch: a.Installation != nil || a.Installations != nil || a.AllRegions,
		region:   a.Region, profile: a.Profile, roleARN: a.RoleARN, expectAccount: a.ExpectAccount,
	}
}

// In returns the hints for another Region, or for any Region if region is "".
func (h Hints) In(region string) Hints {
	h.region = region
	return h
}

// CommandLine returns the command as it was typed, quoted for a shell.
func (h Hints) CommandLine() string {
	words := []string{"spothandler"}
	for _, arg := range h.args {
		words = append(words, apperr.Quote(arg))
	}
	return strings.Join(words, " ")
}

// CommandLineWithout returns the command as it was typed without the given boolean flags. A flag that is set by the
// environment is turned off explicitly.
func (h Hints) CommandLineWithout(flags ...string) string {
	typed := h.args
	h.args = nil
	for _, arg := range typed {
		if name, _, _ := strings.Cut(arg, "="); !slices.Contains(flags, name) {
			h.args = append(h.args, arg)
		}
	}
	for _, flag := range flags {
		if source := h.sources.Origins[strings.TrimPrefix(flag, "--")]; source != "" && source != flag {
			h.args = append(h.args, flag+"=false")
		}
	}
	return h.CommandLine()
}

// InstallationFlags returns, with a leading space, the flags that make another command select the same installation: those
// of the configuration file, or those that were typed.
func (h Hints) InstallationFlags(prefix string) string {
	if h.installation != nil && prefix == h.installation.Prefix() {
		return h.FileFlags(h.installation.Name)
	}
	if h.isInFile(prefix) && prefix != "" { // "" may also mean every installation
		return h.onlyFileFlags()
	}
	return h.AddressFlags(prefix)
}

// AddressFlags returns the flags that select the installation with this prefix in the current Region and account, each with
// a leading space.
func (h Hints) AddressFlags(prefix string) string {
	var out strings.Builder
	for _, flag := range h.address(prefix) {
		if flag.value != "" {
			fmt.Fprintf(&out, " --%s %s", flag.name, apperr.Quote(flag.value))
		}
	}
	return out.String()
}

// addressFlag is a flag that selects an installation.
type addressFlag struct{ name, value string }

func (h Hints) address(prefix string) []addressFlag {
	return []addressFlag{{"prefix", prefix}, {"region", h.region}, {"profile", h.profile}, {"role-arn", h.roleARN}, {"expect-account", h.expectAccount}}
}

// FileFlags returns, with a leading space, the flags that make another command select the named installations in the same
// file.
func (h Hints) FileFlags(names ...string) string {
	out := " --config " + apperr.Quote(h.sources.File)
	if len(names) < h.sources.FileCount {
		for _, name := range names {
			out += " --only " + name
		}
	}
	return out
}

// CommandFor returns a command line for another installation or, if no command line can select it, the reason.
func (h Hints) CommandFor(command, prefix string) string {
	if prefix == "" && h.sources.PrefixOrigin != "" {
		return fmt.Sprintf("%s is meant only where %s does not give a prefix", deploy.DisplayPrefix(prefix), h.sources.PrefixOrigin)
	}
	return "spothandler " + command + h.InstallationFlags(prefix)
}

// Search returns the hints for an installation that was not found: to search all Regions first, and then to install. The
// Region may be a mistake, and a second installation in the wrong Region would not help.
func (h Hints) Search(prefix string, install string) []string {
	if h.noSearch {
		return []string{install}
	}
	return []string{"spothandler status" + h.In("").AddressFlags(prefix) + " --all-regions   looks in every Region", install}
}

// AddPolicy adds to an access-denied error the command that prints the policy the caller needs: the policy of command, or
// the default policy if command is "". It returns other errors unchanged.
func (h Hints) AddPolicy(command, prefix string, err error) error {
	var known *apperr.Error
	if !errors.As(err, &known) || known.Code != apperr.CodeAccessDenied {
		return err
	}
	if command != "" {
		command = " " + command
	}
	explained := *known
	explained.Hints = append([]string{"spothandler policy" + command + h.InstallationFlags(prefix) + "   the least-privilege policy"}, known.Hints...)
	return &explained
}

// addVerbose returns a copy of err with the hint to run the command again with --verbose.
func (h Hints) addVerbose(err *apperr.Error) *apperr.Error {
	hinted := *err
	hinted.Hints = []string{h.CommandLine() + " --verbose   the same, with every call to AWS"}
	if h.verbose {
		hinted.Hints = []string{"see the failed calls above"}
	}
	return &hinted
}

// For returns the hints for an installation of the configuration file, or the same hints if it is nil.
func (h Hints) For(installation *ConfiguredInstallation) Hints {
	if installation != nil {
		h.installation = installation
	}
	return h
}

// Change returns the hint that changes settings of an installation, given as flags of install. Where the settings come from a
// file it says what to write there: the next install from the file would reset a setting that was changed by a flag, and with
// several Regions the flag would apply to all of them.
func (h Hints) Change(prefix, flags, remark string) string {
	place, key, inFile := h.settingInFile(prefix, flags)
	switch {
	case inFile && remark != "":
		return key + "   in " + place + ", " + remark
	case inFile:
		return key + "   in " + place
	case remark != "":
		remark = "   " + remark
	}
	text := h.CommandFor("install", prefix)
	if !strings.HasPrefix(text, "spothandler ") { // no command selects the installation
		return text
	}
	return text + " " + flags + remark
}

// settingInFile returns where the file has the setting that flags set, and its key and value as YAML. It reports whether
// there is such a file.
func (h Hints) settingInFile(prefix, flags string) (place, key string, inFile bool) {
	values, file := h.sources.OnlyValues, h.sources.OnlyFile
	switch {
	case h.installation != nil && prefix == h.installation.Prefix():
		values, file = h.installation.Values, h.sources.File
	case !h.isInFile(prefix):
		return "", "", false
	}
	name, texts := "", []string{}
	for index, word := range strings.Fields(flags) {
		if index%2 == 1 {
			texts = append(texts, word)
			continue
		}
		if flag := strings.TrimPrefix(word, "--"); flag != name {
			name, texts = flag, nil
		}
	}
	key = name + ": " + strings.Join(texts, ", ")
	if name == "cluster" {
		key = name + ": [" + strings.Join(texts, ", ") + "]"
	}
	place = file
	if value, given := values[name]; given { // "spothandler.yaml:4: cluster"
		if located, _, found := strings.Cut(strings.TrimPrefix(value.Source, file+":"), ":"); found {
			place += " on line " + located
		}
	}
	return place, key, true
}

// isInFile reports whether the settings of the installation with this prefix come from a file of one installation.
func (h Hints) isInFile(prefix string) bool {
	return h.sources.OnlyFile != "" && prefix == h.sources.OnlyValues.Text("prefix")
}

// onlyFileFlags returns, with a leading space, the flags that make another command select the same installation of the file,
// and those that the file does not have.
func (h Hints) onlyFileFlags() string {
	out := " --config " + apperr.Quote(h.sources.OnlyFile)
	if h.sources.OnlyName != "" {
		out += " --only " + h.sources.OnlyName
	}
	for _, flag := range h.address("") {
		if flag.value != "" && !slices.Equal(h.sources.OnlyValues[flag.name].Texts, []string{flag.value}) {
			out += fmt.Sprintf(" --%s %s", flag.name, apperr.Quote(flag.value))
		}
	}
	return out
}

// RecordAll returns the hint that makes the function record all decisions from then on.
func (h Hints) RecordAll(prefix string) string {
	return h.Change(prefix, "--log-level INFO", "records all that follows")
}
