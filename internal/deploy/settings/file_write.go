package settings

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// Entry is an installation to be written to a configuration file.
type Entry struct {
	Name    string
	Regions []string
	Spec    Spec // including the prefix
}

// FileText returns a configuration file for these installations, with the settings that differ from the
// defaults and, as comments, every setting with its default. The remarks come first, as comments. common are
// keys that all share, such as expect-account, in the order of AddressKeys. A single installation is written
// at the top level, several by name.
func FileText(remarks []string, common map[string]string, all []Entry) string {
	var out strings.Builder
	fmt.Fprintf(&out, "# yaml-language-server: $schema=%s\n", SchemaURL)
	for _, line := range remarks {
		out.WriteString(strings.TrimRight("# "+line, " ") + "\n")
	}
	fmt.Fprintf(&out, "\n%s: %d\n", keyVersion, FileVersion)
	for _, key := range AddressKeys() {
		if value, ok := common[key]; ok {
			fmt.Fprintf(&out, "%s: %s\n", key, scalar(value))
		}
	}
	if len(all) == 1 {
		all[0].write(&out, "")
	} else {
		fmt.Fprintf(&out, "\n%s:\n", keyInstallations)
		for _, each := range all {
			fmt.Fprintf(&out, "  %s:\n", scalar(each.Name))
			each.write(&out, "    ")
		}
	}
	out.WriteString("\n# Every setting with its default. Without # it is set.\n")
	for _, setting := range All() {
		fmt.Fprintf(&out, "# %s: %s   # %s\n", setting.Name, setting.yaml(Defaults("")), setting.Usage)
	}
	return out.String()
}

// write writes the keys of an entry.
func (e Entry) write(out *strings.Builder, indent string) {
	if e.Spec.Prefix != "" {
		fmt.Fprintf(out, "%sprefix: %s\n", indent, scalar(e.Spec.Prefix))
	}
	if len(e.Regions) > 0 {
		fmt.Fprintf(out, "%sregion: %s\n", indent, flow(e.Regions))
	}
	for _, setting := range All() {
		if !reflect.DeepEqual(setting.Get(e.Spec), setting.Get(Defaults(e.Spec.Prefix))) {
			fmt.Fprintf(out, "%s%s: %s\n", indent, setting.Name, setting.yaml(e.Spec))
		}
	}
}

// yaml returns the setting's value in a Spec as YAML.
func (s Setting) yaml(spec Spec) string {
	switch value := s.Get(spec).(type) {
	case []string:
		if len(value) == 0 {
			return s.Clear
		}
		return flow(value)
	case map[string]string:
		if len(value) == 0 {
			return s.Clear
		}
		var pairs []string
		for _, key := range slices.Sorted(maps.Keys(value)) {
			pairs = append(pairs, scalar(key)+": "+scalar(value[key]))
		}
		return "{" + strings.Join(pairs, ", ") + "}"
	case bool:
		return OnOff(value)
	case int:
		return fmt.Sprint(value)
	default:
		return scalar(fmt.Sprint(value))
	}
}

// flow returns one string, or several as a list.
func flow(texts []string) string {
	quoted := make([]string, len(texts))
	for n, text := range texts {
		quoted[n] = scalar(text)
	}
	if len(quoted) == 1 {
		return quoted[0]
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// scalar returns a string in YAML: bare if every parser reads it as a string, otherwise in double quotes, as
// in JSON.
func scalar(text string) string {
	bare := regexp.MustCompile(`^[A-Za-z/][A-Za-z0-9_./:+=@-]*[A-Za-z0-9_./]$`)
	word := regexp.MustCompile(`(?i)^(true|false|null|yes|no|on|off|nan|inf)$`) // including YAML 1.1
	if bare.MatchString(text) && !word.MatchString(text) {
		return text
	}
	return encoded(text)
}

// JSON returns the setting's value in a Spec as JSON.
func (s Setting) JSON(spec Spec) string { return encoded(s.get(spec)) }

// encoded returns a string, a number or a list as JSON.
func encoded(value any) string {
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // these can always be encoded
	return strings.TrimSpace(out.String())
}
