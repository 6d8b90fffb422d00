package settings

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/spothandler/spothandler/internal/apperr"
)

// maxFile is the size of the largest configuration file, in bytes: hundreds of times what all settings need.
const maxFile = 1 << 20

// FileVersion is the version of the form of a configuration file that this program reads. A file need not name it.
const FileVersion = 1

// The keys of a file that are neither settings nor address keys.
const (
	keyVersion       = "version"
	keyInstallations = "installations"
)

// File is what a configuration file gives, by key. A setting without a value, which YAML calls null, is not in it.
type File struct {
	Path   string
	Values map[string]Value // at the top of the file, each with file and line as its source

	// Installations are those that the file names, in its order; nil where the file is about one, with all its keys
	// at the top.
	Installations []Installation
}

// AddressKeys returns the keys of a file that say which installation is meant, and whose account it is in. A file
// may hold them beside the settings; each is the flag of that name.
func AddressKeys() []string {
	return []string{"prefix", "region", "profile", "role-arn", "expect-account"}
}

// ReadFile reads a YAML file of settings and address keys, and of named installations. It says with file and line what is
// wrong with its form; whether its values are accepted says Check.
func ReadFile(path string) (File, error) {
	content, err := readAtMost(path, maxFile)
	if err != nil {
		return File{}, err
	}
	return ParseFile(path, content)
}

// ParseFile is ReadFile for what stands in a file, or is to stand there.
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
	content, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, badFile("--config FILE   a YAML file", err, "reading the configuration: %v", err)
	}
	if int64(len(content)) > limit {
		return nil, badFile("--config FILE   a YAML file of settings", nil, "%s is larger than 1 MB", path)
	}
	return content, nil
}

// unreadable says why a file cannot be opened.
func unreadable(path string, err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return badFile("have its owner allow you to read it", err, "%s may not be read by this user", path)
	}
	return badFile("a path is taken from the current directory", err, "reading the configuration: %v", err)
}

// parseYAML returns the mapping that the one document of the file is.
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
		return nil, badFile("write all keys in one document", nil, "%s:%d: a second YAML document begins; a configuration is one", path, second.Line)
	case !errors.Is(err, io.EOF):
		return nil, notYAML(path, err)
	}
	root := resolve(document.Content[0])
	switch {
	case root.ShortTag() == tagNull:
		return nil, noKeys(path)
	case root.Kind != yaml.MappingNode:
		return nil, badFile("write key: value, one a line", nil, "%s:%d: settings are expected, as key: value", path, root.Line)
	}
	return root, nil
}

// notYAML moves the line out of the parser's words to where an editor looks for it.
func notYAML(path string, err error) error {
	words := strings.TrimPrefix(err.Error(), "yaml: ")
	if found := regexp.MustCompile(`^line (\d+): (.*)$`).FindStringSubmatch(words); found != nil {
		path, words = path+":"+found[1], found[2]
	}
	return badFile("write key: value, one a line", err, "%s: not YAML: %s", path, words)
}

// noKeys refuses a file that is empty, or in which everything is a comment: it is somebody's mistake, and taken for
// a file of defaults it would address the installation without a prefix.
func noKeys(path string) error {
	return badFile("write key: value, one a line, such as prefix: prod", nil, "%s has no keys", path)
}

func badFile(hint string, cause error, format string, args ...any) error {
	return &apperr.Error{Code: apperr.CodeInvalid, Message: fmt.Sprintf(format, args...), Hints: []string{hint}, Err: cause}
}

// SchemaURL is where editors find the schema of the file.
const SchemaURL = "https://raw.githubusercontent.com/spothandler/spothandler/main/docs/schema/spothandler.schema.json"
