package settings

import "strings"

// Value is a setting as the user gave it.
type Value struct {
	Texts  []string // one, or several for a list
	Source string   // for errors: "--memory-size", "SPOTHANDLER_MEMORY_SIZE", "spothandler.yaml: memory-size"
}

// Given holds the settings that the user gave, by Setting.Name. Other settings keep their value.
type Given map[string]Value

// Text returns the given value of a setting with a single value, or "".
func (g Given) Text(name string) string {
	value, ok := g[name]
	if !ok || len(value.Texts) == 0 {
		return ""
	}
	return value.Texts[len(value.Texts)-1]
}

// Apply applies the given settings to the Spec. The error names the source and the accepted values.
func (g Given) Apply(spec *Spec) error {
	for _, setting := range All() {
		value, ok := g[setting.Name]
		if !ok {
			continue
		}
		if !setting.List && len(value.Texts) != 1 {
			return refuse(value.Source, strings.Join(value.Texts, ","), setting.Accepted)
		}
		if err := setting.Set(spec, value.Source, value.Texts); err != nil {
			return err
		}
	}
	return nil
}
