package command

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
)

// This file has the hints for an installation whose settings come from a configuration file.

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
