package settings

import (
	"regexp"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// Installation is a named installation in a file, in one or more Regions.
type Installation struct {
	Name   string
	Source string           // its location: "spothandler.yaml:4: production"
	Line   int              // of its name
	Values map[string]Value // its own values, and the common ones that it does not override
}

// Prefix returns the prefix of the installation; "" if it has none.
func (i Installation) Prefix() string { return Given(i.Values).Text("prefix") }

// Regions returns the Regions of the installation, sorted; none means the configured Region.
func (i Installation) Regions() []string {
	return slices.Compact(slices.Sorted(slices.Values(i.Values["region"].Texts)))
}

// Settings returns the settings of the installation, without the address keys.
func (i Installation) Settings() Given {
	given := Given{}
	for _, setting := range All() {
		if value, ok := i.Values[setting.Name]; ok {
			given[setting.Name] = value
		}
	}
	return given
}

// Account returns the account of the installation according to the file; "" if unknown.
func (i Installation) Account() string {
	if account := Given(i.Values).Text("expect-account"); account != "" {
		return account
	}
	return partsOf(Given(i.Values).Text("role-arn")).AccountID
}

// credentials returns the values that determine the credentials of an installation.
func (i Installation) credentials() [2]string {
	given := Given(i.Values)
	return [2]string{given.Text("profile"), given.Text("role-arn")}
}

// spec returns the Spec of a checked installation.
func (i Installation) spec() Spec {
	spec := Defaults(i.Prefix())
	_ = i.Settings().Apply(&spec) // check has already applied it
	return spec
}

// takeVersion checks the version of the file's format before any other key, because a newer format has
// different keys. It returns the entries without it.
func (r fileReader) takeVersion(entries []entry) ([]entry, error) {
	found := find(entries, keyVersion)
	if found == nil {
		return entries, nil
	}
	version, err := strconv.Atoi(found.value.Value)
	switch {
	case found.value.Kind != yaml.ScalarNode || err != nil || version < 1:
		return nil, badFile("version: "+strconv.Itoa(FileVersion), nil, "%s takes the version of the file format, an integer", r.at(found.key))
	case version > FileVersion:
		return nil, badFile("use the spothandler version that the file is written for, or a later one", nil,
			"%s is %d: this spothandler reads version %d", r.at(found.key), version, FileVersion)
	}
	return slices.DeleteFunc(entries, func(each entry) bool { return each.key.Value == keyVersion }), nil
}

// installations reads the named installations of a file. common are the values that they share.
func (r fileReader) installations(named *entry, common map[string]Value) ([]Installation, error) {
	const form = "production: {prefix: prod, region: eu-west-1}   below it"
	if named.value.Kind != yaml.MappingNode {
		return nil, badFile(form, nil, "%s takes a name for each installation, with its keys below", r.at(named.key))
	}
	entries, err := r.entries(named.value)
	if err != nil {
		return nil, err
	}
	if len(entries) == 0 {
		return nil, badFile(form, nil, "%s are none", r.at(named.key))
	}
	var all []Installation
	for _, each := range entries {
		one, err := r.installation(each, common)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

func (r fileReader) installation(e entry, common map[string]Value) (Installation, error) {
	name, at := e.key.Value, r.at(e.key)
	if !regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`).MatchString(name) {
		return Installation{}, badFile("accepted: up to 64 letters, digits, - and _", nil, "%s is not accepted as the name of an installation", at)
	}
	if e.value.Kind != yaml.MappingNode {
		return Installation{}, badFile(name+": {prefix: "+name+"}   such as this", nil, "%s is the name of an installation, and has no keys below it", at)
	}
	entries, err := r.entries(e.value)
	if err != nil {
		return Installation{}, err
	}
	if len(entries) == 0 {
		return Installation{}, badFile(name+": {prefix: "+name+"}   such as this", nil, "%s is the name of an installation, and has no keys below it", at)
	}
	for _, each := range entries {
		if each.key.Value == keyVersion || each.key.Value == keyInstallations {
			return Installation{}, badFile("move it to the left", nil, "%s belongs at the top level of the file, not in an installation", r.at(each.key))
		}
	}
	r.below = true
	values, err := r.values(entries, common)
	return Installation{name, at, e.key.Line, values}, err
}
