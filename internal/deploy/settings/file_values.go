package settings

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/spothandler/spothandler/internal/apperr"
)

// YAML's short tags for scalars (YAML 1.2, core schema; go.yaml.in/yaml).
const (
	tagNull  = "!!null"
	tagBool  = "!!bool"
	tagInt   = "!!int"
	tagFloat = "!!float"
	tagText  = "!!str"
	tagTime  = "!!timestamp"
	tagMerge = "!!merge"
)

// fileReader reads the nodes of one file; errors contain its path.
type fileReader struct {
	path  string
	below bool // the nodes belong to one of several installations
}

// entry is a key of a mapping with its value.
type entry struct{ key, value *yaml.Node }

// at returns the location and the name of a key: "spothandler.yaml:4: log-level".
func (r fileReader) at(key *yaml.Node) string {
	return fmt.Sprintf("%s:%d: %s", r.path, key.Line, key.Value)
}

// resolve returns the node that an alias refers to.
func resolve(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

// entries returns the entries of a mapping, including merged ones: a key of the mapping overrides a merged
// one, and the first of two merged ones counts.
func (r fileReader) entries(mapping *yaml.Node) ([]entry, error) {
	m := merger{fileReader: r, first: map[string]*yaml.Node{}, done: map[*yaml.Node]bool{}}
	err := m.merge(mapping, nil)
	return m.entries, err
}

// merger collects the entries of a mapping, each key and each merged mapping once: a mapping that occurs again adds
// nothing, and nested merges could otherwise repeat it exponentially often.
type merger struct {
	fileReader
	entries []entry
	first   map[string]*yaml.Node // the key of each entry
	done    map[*yaml.Node]bool
}

// merge adds the entries of a mapping; within are the mappings that are being merged, to detect cycles.
func (m *merger) merge(mapping *yaml.Node, within []*yaml.Node) error {
	if slices.Contains(within, mapping) {
		return badFile("merge another mapping", nil, "%s:%d: this mapping is merged into itself", m.path, mapping.Line)
	}
	if m.done[mapping] {
		return nil
	}
	m.done[mapping] = true
	sources, err := m.own(mapping)
	if err != nil {
		return err
	}
	within = append(slices.Clone(within), mapping)
	for _, source := range sources {
		if source.Kind != yaml.MappingNode {
			return badFile("<<: *anchor   of a mapping", nil, "%s:%d: only a mapping can be merged", m.path, source.Line)
		}
		if err := m.merge(source, within); err != nil {
			return err
		}
	}
	return nil
}

// own adds the entries of the mapping itself, and returns what it merges.
func (m *merger) own(mapping *yaml.Node) (sources []*yaml.Node, err error) {
	own := map[string]*yaml.Node{}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		key, value := resolve(mapping.Content[i]), resolve(mapping.Content[i+1])
		switch {
		case key.Kind != yaml.ScalarNode:
			return nil, badFile("write key: value, one per line", nil, "%s:%d: a key must be a word", m.path, mapping.Content[i].Line)
		case key.ShortTag() == tagMerge:
			sources = append(sources, mergeSources(value)...)
			continue
		case own[key.Value] != nil:
			return nil, badFile("set it once; a list is key: [value, value]", nil, "%s is set twice, first on line %d", m.at(key), own[key.Value].Line)
		}
		own[key.Value] = key
		if m.first[key.Value] == nil {
			m.first[key.Value] = key
			m.entries = append(m.entries, entry{key, value})
		}
	}
	return sources, nil
}

// mergeSources returns the mappings of a merge key: one, or a list.
func mergeSources(value *yaml.Node) []*yaml.Node {
	if value.Kind != yaml.SequenceNode {
		return []*yaml.Node{value}
	}
	var sources []*yaml.Node
	for _, element := range value.Content {
		sources = append(sources, resolve(element))
	}
	return sources
}

func find(entries []entry, key string) *entry {
	if index := slices.IndexFunc(entries, func(each entry) bool { return each.key.Value == key }); index >= 0 {
		return &entries[index]
	}
	return nil
}

// values reads the settings and address keys of a mapping, which override the common ones. A setting that is
// null has its default, even if a common value exists.
func (r fileReader) values(entries []entry, common map[string]Value) (map[string]Value, error) {
	values := maps.Clone(common)
	if values == nil {
		values = map[string]Value{}
	}
	for _, each := range entries {
		value, given, err := r.value(each)
		if err != nil {
			return nil, err
		}
		delete(values, each.key.Value)
		if given {
			values[each.key.Value] = value
		}
	}
	return values, nil
}

// value reads the value of a key; given is false for a setting that is null.
func (r fileReader) value(e entry) (value Value, given bool, err error) {
	kind, known := kindOf(e.key.Value)
	if !known {
		return Value{}, false, r.unknownKey(e.key)
	}
	value.Source = r.at(e.key)
	switch {
	case e.value.ShortTag() == tagNull:
		return Value{}, false, checkNull(kind, value.Source, e.value)
	case e.value.Kind == yaml.ScalarNode:
		text, err := kind.text(value.Source, e.value)
		value.Texts = []string{text}
		return value, true, err
	case !kind.list:
		return Value{}, false, badFile("write key: value", nil, "%s takes one value, not a list or a mapping", value.Source)
	case e.value.Kind == yaml.MappingNode:
		value.Texts, err = r.pairs(kind, value.Source, e.value)
	default:
		value.Texts, err = r.elements(kind, e.value)
	}
	if err == nil && len(value.Texts) == 0 {
		err = badFile(kind.clear+"   states it explicitly", nil, "%s is an empty list", value.Source)
	}
	return value, true, err
}

// checkNull rejects null for an address key, and a null tag with a value (YAML 1.2, core schema).
func checkNull(kind valueKind, source string, node *yaml.Node) error {
	switch {
	case node.Kind != yaml.ScalarNode || !slices.Contains([]string{"", "~", "null", "Null", "NULL"}, node.Value):
		return badFile("write the value without !!null", nil, "%s has the type !!null and a value", source)
	case kind.address:
		// An unset variable in a template causes this. It would drop a safeguard, or address another
		// installation.
		return badFile("give it a value, or leave the key out", nil, "%s has no value", source)
	}
	return nil
}

// elements returns the values of a list.
func (r fileReader) elements(kind valueKind, list *yaml.Node) ([]string, error) {
	var texts []string
	for _, each := range list.Content {
		element := resolve(each)
		source := fmt.Sprintf("%s:%d: an element of the list", r.path, each.Line)
		if element.Kind != yaml.ScalarNode || element.ShortTag() == tagNull {
			return nil, badFile("write key: [value, value]", nil, "%s is not a value", source)
		}
		text, err := kind.text(source, element)
		if err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, nil
}

// pairs returns the tags in a mapping, as key=value.
func (r fileReader) pairs(kind valueKind, source string, mapping *yaml.Node) ([]string, error) {
	if !kind.pairs {
		return nil, badFile("write key: [value, value]", nil, "%s takes a list, not a mapping", source)
	}
	entries, err := r.entries(mapping)
	if err != nil {
		return nil, err
	}
	var texts []string
	for _, each := range entries {
		if each.value.Kind != yaml.ScalarNode || each.value.ShortTag() == tagNull {
			return nil, badFile(`write `+each.key.Value+`: "" for a tag without a value`, nil, "%s is not a value for a tag", r.at(each.key))
		}
		if strings.Contains(each.key.Value, "=") {
			return nil, badFile("choose a key without =", nil, "%s is not accepted as the key of a tag", r.at(each.key))
		}
		texts = append(texts, each.key.Value+"="+each.value.Value)
	}
	return texts, nil
}

// valueKind describes the accepted values of a key.
type valueKind struct {
	address, list, pairs, number, onOff bool
	clear                               string // what a list uses instead of being empty
}

func kindOf(key string) (kind valueKind, known bool) {
	if slices.Contains(AddressKeys(), key) {
		return valueKind{address: true, list: key == "region", clear: "region: eu-west-1"}, true
	}
	for _, setting := range All() {
		if setting.Name == key {
			return valueKind{list: setting.List, pairs: key == "tag", number: setting.Number, onOff: setting.Switch, clear: key + ": " + setting.Clear}, true
		}
	}
	return valueKind{}, false
}

// text returns a scalar as a flag would give it: numbers and booleans by their value, anything else as
// written. So an account with a leading zero keeps it.
func (k valueKind) text(source string, node *yaml.Node) (string, error) {
	switch tag := node.ShortTag(); {
	case tag == tagInt && k.number:
		var n int
		if node.Decode(&n) == nil { // otherwise it is too large, and rejected as written
			return strconv.Itoa(n), nil
		}
	case tag == tagBool && k.onOff:
		var on bool
		if err := node.Decode(&on); err != nil {
			return "", badFile("write on or off", err, "%s: %v", source, err)
		}
		return OnOff(on), nil
	case tag == tagBool:
		return "", badFile("write "+strconv.Quote(node.Value)+" if it is a name", nil, "%s takes a string, %s is a boolean", source, node.Value)
	case !slices.Contains([]string{tagText, tagInt, tagFloat, tagTime}, tag):
		return "", badFile("write the value without "+node.Tag, nil, "%s: the type %s is not supported", source, node.Tag)
	}
	return node.Value, nil
}

func (r fileReader) unknownKey(key *yaml.Node) error {
	accepted := acceptedKeys()
	if !r.below {
		accepted = append(accepted, keyVersion, keyInstallations)
	}
	hints := []string{"accepted: " + strings.Join(accepted, ", ")}
	if near := apperr.Nearest(key.Value, accepted); near != "" {
		hints = slices.Insert(hints, 0, "did you mean "+near+"?")
	}
	return &apperr.Error{Code: apperr.CodeInvalid, Message: r.at(key) + " is not a configuration key", Hints: hints}
}

func badFile(hint string, cause error, format string, args ...any) error {
	return &apperr.Error{Code: apperr.CodeInvalid, Message: fmt.Sprintf(format, args...), Hints: []string{hint}, Err: cause}
}
