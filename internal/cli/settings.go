package cli

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

const envPrefix = "SPOTHANDLER_"

// settingFlags holds what the flags of the settings were given, before they become a settings.Given.
type settingFlags struct {
	prefix string
	config string
	words  map[string]*string
	lists  map[string]*[]string
}

// addSettings gives a command the prefix, a flag for each setting, or for those that are named, and --config.
func addSettings(cmd *cobra.Command, names ...string) *settingFlags {
	s := &settingFlags{words: map[string]*string{}, lists: map[string]*[]string{}}
	flags := cmd.Flags()
	addPrefix(cmd, &s.prefix)
	flags.StringVar(&s.config, "config", "", "YAML file of settings, keyed by flag names; what it does not name gets its default")
	_ = cmd.MarkFlagFilename("config", "yaml", "yml")
	defaults := settings.Defaults("")
	for _, setting := range settings.All() {
		if len(names) > 0 && !slices.Contains(names, setting.Name) {
			continue
		}
		usage := setting.Usage + "; " + setting.Accepted
		if setting.Name == "log-retention-days" { // the list is long: the error shows it whole
			usage = setting.Usage + "; 0 never expires, else one of CloudWatch's: 1, 3, 5, 7, 14, 30 ..."
		}
		if setting.List {
			s.lists[setting.Name] = flags.StringArray(setting.Name, nil, setting.Usage)
			continue
		}
		s.words[setting.Name] = flags.String(setting.Name, "", fmt.Sprintf("%s (default %s)", usage, defaultOf(setting, defaults)))
		if setting.Switch {
			flags.Lookup(setting.Name).NoOptDefVal = "on"
		}
		complete(cmd, setting.Name, setting.Choices...)
	}
	return s
}

func defaultOf(setting settings.Setting, defaults settings.Spec) string {
	if setting.Switch {
		return "off"
	}
	return fmt.Sprint(setting.Get(defaults))
}

func addPrefix(cmd *cobra.Command, prefix *string) {
	cmd.Flags().StringVar(prefix, "prefix", "", "prefix of every name; tells installations of one region apart")
}

// addNames gives a command the two names that find an installation whose record is lost.
func addNames(cmd *cobra.Command) func() settings.Given {
	names := []string{"function-name", "rule-name"}
	for _, name := range names {
		cmd.Flags().String(name, "", "the installation's "+name+", where its role and with it the record is gone")
	}
	return func() settings.Given {
		given := settings.Given{}
		for _, name := range names {
			if word, err := cmd.Flags().GetString(name); err == nil && word != "" {
				given[name] = settings.Value{Texts: []string{word}, Source: "--" + name}
			}
		}
		return given
	}
}

// given collects the settings: a flag beats the environment, which beats the file. It gives whether
// the rest is to be reset to its defaults, which a file implies.
func (a *app) given(cmd *cobra.Command, s *settingFlags) (settings.Given, bool, error) {
	given := settings.Given{}
	if s.config == "" {
		s.config = a.getenv(envPrefix + "CONFIG")
	}
	if s.config != "" {
		if err := readConfig(s, given, cmd.Flags().Changed("prefix")); err != nil {
			return nil, false, err
		}
	}
	for _, setting := range settings.All() {
		name := envName(setting.Name)
		if text := a.getenv(name); text != "" {
			given[setting.Name] = settings.Value{Texts: splitEnv(setting, text), Source: name}
		}
	}
	for name, word := range s.words {
		if cmd.Flags().Changed(name) {
			given[name] = settings.Value{Texts: []string{*word}, Source: "--" + name}
		}
	}
	for name, list := range s.lists {
		if cmd.Flags().Changed(name) {
			given[name] = settings.Value{Texts: *list, Source: "--" + name}
		}
	}
	if err := a.knownEnvironment(); err != nil {
		return nil, false, err
	}
	a.prefixFromEnv(cmd, &s.prefix)
	return given, s.config != "", nil
}

// prefixFromEnv takes SPOTHANDLER_PREFIX where the flag was not given, and says whether either was.
func (a *app) prefixFromEnv(cmd *cobra.Command, prefix *string) bool {
	if cmd.Flags().Changed("prefix") {
		return true
	}
	if text := a.getenv(envPrefix + "PREFIX"); text != "" {
		*prefix = text
		return true
	}
	return *prefix != "" // from the file
}

func envName(setting string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(setting, "-", "_"))
}

func splitEnv(setting settings.Setting, text string) []string {
	if !setting.List {
		return []string{text}
	}
	var texts []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			texts = append(texts, part)
		}
	}
	return texts
}

// knownEnvironment refuses a variable with our prefix that means nothing: it is a slip of the pen, and
// passing over it would install something else than was asked for.
func (a *app) knownEnvironment() error {
	known := []string{envPrefix + "PREFIX", envPrefix + "CONFIG"}
	for _, setting := range settings.All() {
		known = append(known, envName(setting.Name))
	}
	for _, entry := range a.env {
		name, text, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, envPrefix) && text != "" && !slices.Contains(known, name) {
			return &apperr.Error{
				Code:    apperr.CodeInvalid,
				Message: fmt.Sprintf("the environment variable %s is no setting", name),
				Detail:  []string{"Settings: " + strings.Join(known, ", ") + "."},
				Hints:   []string{"unset " + name},
			}
		}
	}
	return nil
}

// readConfig reads the file into given. A list or a map is a list setting; tags may be a map.
func readConfig(s *settingFlags, given settings.Given, prefixFlag bool) error {
	content, err := os.ReadFile(s.config)
	if err != nil {
		return badConfig("reading the configuration: "+err.Error(), "a path is taken from the current directory", err)
	}
	var document yaml.Node
	if err := yaml.Unmarshal(content, &document); err != nil {
		return badConfig(s.config+" is not YAML: "+strings.TrimPrefix(err.Error(), "yaml: "), "write key: value, one a line", err)
	}
	if len(document.Content) == 0 { // empty, or comments alone: everything gets its default
		return nil
	}
	root := document.Content[0]
	if root.Kind != yaml.MappingNode {
		return badConfig(fmt.Sprintf("%s:%d: settings are expected, as key: value", s.config, root.Line), "write key: value, one a line", nil)
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		if err := readKey(s, given, prefixFlag, root.Content[i], root.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// readKey takes one setting of the file.
func readKey(s *settingFlags, given settings.Given, prefixFlag bool, key, node *yaml.Node) error {
	name, source := key.Value, fmt.Sprintf("%s:%d: %s", s.config, key.Line, key.Value)
	texts, err := nodeTexts(source, node)
	if err != nil {
		return err
	}
	if name == "prefix" {
		if !prefixFlag && len(texts) == 1 {
			s.prefix = texts[0]
		}
		return nil
	}
	if !slices.ContainsFunc(settings.All(), func(setting settings.Setting) bool { return setting.Name == name }) {
		return unknownKey(source)
	}
	if _, twice := given[name]; twice {
		return badConfig(source+" stands there twice", "give it once; a list is key: [value, value]", nil)
	}
	given[name] = settings.Value{Texts: texts, Source: source}
	return nil
}

func badConfig(message, hint string, cause error) error {
	return &apperr.Error{Code: apperr.CodeInvalid, Message: message, Hints: []string{hint}, Err: cause}
}

func unknownKey(source string) error {
	accepted := []string{"prefix"}
	for _, setting := range settings.All() {
		accepted = append(accepted, setting.Name)
	}
	return &apperr.Error{Code: apperr.CodeInvalid, Message: source + " is no setting", Hints: []string{"accepted: " + strings.Join(accepted, ", ")}}
}

func nodeTexts(source string, node *yaml.Node) ([]string, error) {
	malformed := &apperr.Error{Code: apperr.CodeInvalid, Message: source + " is neither a value nor a list of values", Hints: []string{"write key: value, or key: [value, value]"}}
	switch node.Kind {
	case yaml.ScalarNode:
		return []string{node.Value}, nil
	case yaml.SequenceNode:
		texts := []string{}
		for _, element := range node.Content {
			if element.Kind != yaml.ScalarNode {
				return nil, malformed
			}
			texts = append(texts, element.Value)
		}
		return texts, nil
	case yaml.MappingNode:
		texts := []string{}
		for i := 0; i+1 < len(node.Content); i += 2 {
			if node.Content[i+1].Kind != yaml.ScalarNode {
				return nil, malformed
			}
			texts = append(texts, node.Content[i].Value+"="+node.Content[i+1].Value)
		}
		return texts, nil
	}
	return nil, malformed
}
