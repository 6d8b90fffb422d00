package settings

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxFile is the maximum size of a configuration file in bytes: hundreds of times what all settings need.
const maxFile = 1 << 20

// File is the content of a configuration file by key. A setting whose value is null is omitted.
type File struct {
	Path   string
	Values map[string]Value // the top level of the file, each with file and line as its source

	// Installations are the named installations, in the file's order; nil if the file describes a single one,
	// with all keys at the top level.
	Installations []Installation
}

// ReadFile reads a YAML file of settings, address keys, and named installations. Its errors about the format
// name file and line; Check validates the values.
func ReadFile(path string) (File, error) {
	content, err := readAtMost(path, maxFile)
	if err != nil {
		return File{}, err
	}
	return ParseFile(path, content)
}

// ReadFrom is ReadFile for an open file; its errors name it path.
func ReadFrom(in io.Reader, path string) (File, error) {
	content, err := atMost(in, path, maxFile)
	if err != nil {
		return File{}, err
	}
	return ParseFile(path, content)
}

// ParseFile parses the content of a file that exists or is to be written to path.
func ParseFile(path string, content []byte) (File, error) {
	root, err := parseYAML(path, content)
	if err != nil {
		return File{}, err
	}
	reader := fileReader{path: path}
	entries, err := reader.entries(root)
	if err != nil {
		return File{}, err
	}
	if entries, err = reader.takeVersion(entries); err != nil {
		return File{}, err
	}
	named := find(entries, keyInstallations)
	entries = slices.DeleteFunc(slices.Clone(entries), func(each entry) bool { return each.key.Value == keyInstallations })
	if len(entries) == 0 && named == nil {
		return File{}, noKeys(path)
	}
	file := File{Path: path}
	if file.Values, err = reader.values(entries, nil); err != nil {
		return File{}, err
	}
	if named != nil {
		file.Installations, err = reader.installations(named, file.Values)
	}
	return file, err
}

func readAtMost(path string, limit int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	defer func() { _ = file.Close() }()
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, badFile("--config FILE   a YAML file", nil, "%s is a directory, not a file", path)
	}
	return atMost(file, path, limit)
}

func atMost(in io.Reader, path string, limit int64) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(in, limit+1))
	if err != nil {
		return nil, badFile("--config FILE   a YAML file", err, "reading the configuration: %v", err)
	}
	if int64(len(content)) > limit {
		return nil, badFile("--config FILE   a YAML file of settings", nil, "%s is larger than 1 MB", path)
	}
	return content, nil
}

// unreadable returns the error for a file that cannot be opened.
func unreadable(path string, err error) error {
	if path == "-" && errors.Is(err, fs.ErrNotExist) {
		return badFile("--config FILE   a YAML file; spothandler config check - reads standard input", err, "--config - is not accepted: standard input is reserved for confirmations")
	}
	if errors.Is(err, fs.ErrPermission) {
		return badFile("ask its owner for read permission", err, "%s cannot be read by this user", path)
	}
	return badFile("a relative path is relative to the current directory", err, "reading the configuration: %v", err)
}

// parseYAML returns the mapping in the file's only document.
func parseYAML(path string, content []byte) (*yaml.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	var document, second yaml.Node
	err := decoder.Decode(&document)
	if errors.Is(err, io.EOF) {
		return nil, noKeys(path)
	}
	if err != nil {
		return nil, notYAML(path, err)
	}
	switch err := decoder.Decode(&second); {
	case err == nil:
		return nil, badFile("write all keys in one document", nil, "%s:%d: a second YAML document begins; a configuration file has one", path, second.Line)
	case !errors.Is(err, io.EOF):
		return nil, notYAML(path, err)
	}
	root := resolve(document.Content[0])
	switch {
	case root.ShortTag() == tagNull:
		return nil, noKeys(path)
	case root.Kind != yaml.MappingNode:
		return nil, badFile("write key: value, one per line", nil, "%s:%d: settings are expected, as key: value", path, root.Line)
	}
	return root, nil
}

// notYAML moves the line number from the parser's message to the front, where editors find it.
func notYAML(path string, err error) error {
	words := strings.TrimPrefix(err.Error(), "yaml: ")
	if found := regexp.MustCompile(`^line (\d+): (.*)$`).FindStringSubmatch(words); found != nil {
		path, words = path+":"+found[1], found[2]
	}
	if words == "found incompatible YAML document" { // go.yaml.in/yaml accepts 1.1 only
		return badFile("remove the line", err, "%s: the directive %%YAML is not supported", path)
	}
	return badFile("write key: value, one per line", err, "%s: not YAML: %s", path, words)
}

// noKeys rejects a file that is empty or has only comments: treating it as all defaults would address the
// installation without a prefix.
func noKeys(path string) error {
	return badFile("write key: value, one per line, such as prefix: prod", nil, "%s has no keys", path)
}

// SchemaURL is where editors find the JSON Schema of the file.
const SchemaURL = "https://raw.githubusercontent.com/spothandler/spothandler/main/docs/schema/spothandler.schema.json"
