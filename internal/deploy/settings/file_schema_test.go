package settings

import (
	"bytes"
	"encoding/json"
	"flag"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

var update = flag.Bool("update", false, "write the schema of the configuration file")

const schemaFile = "../../../docs/schema/spothandler.schema.json"

// The schema that editors use matches the table of settings.
func TestFileSchemaIsFresh(t *testing.T) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(fileSchema()); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(schemaFile, text.Bytes(), 0o644); err != nil { //nolint:gosec // readable by everyone
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(schemaFile)
	if err != nil || !bytes.Equal(have, text.Bytes()) {
		t.Errorf("%s is not what the settings are (%v): go test ./internal/deploy/settings -run Schema -update", schemaFile, err)
	}
}

// The schema accepts what this program accepts, and rejects what it rejects.
func TestFileSchemaAgreesWithTheReader(t *testing.T) {
	compiler := jsonschema.NewCompiler()
	text, err := json.Marshal(fileSchema())
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiler.AddResource(SchemaURL, document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile(SchemaURL)
	if err != nil {
		t.Fatal(err)
	}
	contents := []string{environments, "installations:", "installations: {}", "installations: {a: {}}", "installations: {a b: {prefix: c}}", "version: 2\nprefix: a", "{}", "prefix: [a]", "prefix:", "memory-size: 127"}
	for _, key := range acceptedKeys() {
		for _, value := range []string{"", "[]", "{}", "true", "300", "a", "[a, b]", "{a: b}", "none", "arm64"} {
			contents = append(contents, key+": "+value)
		}
	}
	for _, content := range contents {
		file, err := read(t, content)
		if err == nil {
			err = file.Check(t.Context())
		}
		var value any
		if err := yaml.Unmarshal([]byte(content), &value); err != nil {
			t.Fatal(err)
		}
		text, _ := json.Marshal(value)
		instance, _ := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		judged := schema.Validate(instance)
		if err == nil && judged != nil {
			t.Errorf("an editor underlines %q: %v", content, judged)
		}
		if err != nil && judged == nil && !isBeyondSchema(content) {
			t.Errorf("an editor accepts %q: %v", content, err)
		}
	}
}

// isBeyondSchema reports whether a content is rejected for a reason that the schema does not express: the forms of
// ARNs, names, paths, durations and IDs, and combinations of settings.
func isBeyondSchema(content string) bool {
	for _, key := range []string{
		"role-path", "tag", "cluster", "cooldown", "on-failure", "vpc-subnet", "vpc-security-group", "kms-key", "permissions-boundary", "role-arn", "region",
	} {
		if strings.HasPrefix(content, key+": ") {
			return true
		}
	}
	return false
}

// fileSchema returns the JSON Schema of the configuration file.
func fileSchema() map[string]any {
	keys := map[string]any{}
	for key, text := range map[string]string{
		"prefix":         "Prefix of every name; distinguishes installations.",
		"region":         "Region, or a list of Regions; the default is that of the AWS configuration.",
		"profile":        "Profile in ~/.aws; the default is AWS_PROFILE.",
		"role-arn":       "ARN of a role to assume, in this account or another.",
		"expect-account": "Account ID of twelve digits: every command refuses any other account.",
	} {
		keys[key] = map[string]any{"description": text, "type": []string{"string", "integer"}}
	}
	keys["expect-account"].(map[string]any)["pattern"] = `^\d{12}$`
	keys["expect-account"].(map[string]any)["minimum"] = 100000000000
	keys["expect-account"].(map[string]any)["maximum"] = 999999999999
	keys["prefix"].(map[string]any)["pattern"] = `^[A-Za-z0-9_-]+$`
	keys["region"].(map[string]any)["type"] = []string{"string", "array"}
	keys["region"].(map[string]any)["items"] = map[string]any{"type": "string"}
	keys["region"].(map[string]any)["minItems"] = 1
	for _, setting := range All() {
		keys[setting.Name] = settingSchema(setting)
	}
	one := map[string]any{
		"description":          "A key that is not given here has the value above or, without one, its default.",
		"type":                 "object",
		"properties":           keys,
		"additionalProperties": false,
		"minProperties":        1,
	}
	top := map[string]any{}
	for key := range keys {
		top[key] = map[string]any{"$ref": "#/$defs/installation/properties/" + key}
	}
	top[keyVersion] = map[string]any{"description": "Version of the format of this file.", "enum": []any{FileVersion, "1"}}
	top[keyInstallations] = map[string]any{
		"description":          "Several installations by name; the keys above apply to all of them.",
		"type":                 "object",
		"patternProperties":    map[string]any{`^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`: map[string]any{"$ref": "#/$defs/installation"}},
		"additionalProperties": false,
		"minProperties":        1,
	}
	return map[string]any{
		"$schema":              "https://json-schema.org/draft/2020-12/schema",
		"$id":                  SchemaURL,
		"title":                "Configuration of spothandler",
		"description":          "One installation, or several by name, as read by --config. The keys are the names of the flags.",
		"type":                 "object",
		"properties":           top,
		"additionalProperties": false,
		"minProperties":        1,
		"$defs":                map[string]any{"installation": one},
	}
}

func settingSchema(setting Setting) map[string]any {
	text := "As --" + setting.Name + ": " + setting.Usage + "."
	if !strings.Contains(setting.Usage, setting.Accepted) {
		text += " Accepted: " + setting.Accepted + "."
	}
	schema := map[string]any{"description": text}
	if value := setting.Get(Defaults("")); value != None {
		schema["default"] = value
	}
	switch {
	case setting.Number:
		schema["type"], schema["minimum"] = []string{"integer", "null"}, setting.Low
		if setting.High < math.MaxInt32 {
			schema["maximum"] = setting.High
		}
	case setting.Switch:
		schema["enum"] = []any{true, false, "on", "off", nil}
	case setting.List && setting.Name == "tag":
		schema["type"], schema["minItems"], schema["minProperties"] = []string{"object", "array", "string", "null"}, 1, 1
		schema["items"] = map[string]any{"type": "string"}
		schema["additionalProperties"] = map[string]any{"type": []string{"string", "number", "boolean"}}
	case setting.List:
		schema["type"], schema["minItems"] = []string{"array", "string", "integer", "null"}, 1
		schema["items"] = map[string]any{"type": []string{"string", "integer"}}
	case len(setting.Choices) > 0:
		schema["enum"] = append(anyOf(setting.Choices), nil)
	case slices.Contains([]string{"function-name", "rule-name"}, setting.Name):
		schema["type"], schema["pattern"] = []string{"string", "integer", "null"}, `^[A-Za-z0-9._-]+$`
	default:
		schema["type"] = []string{"string", "integer", "null"}
	}
	if setting.Number && len(setting.Choices) > 0 {
		schema = map[string]any{"description": schema["description"], "default": schema["default"], "enum": append(anyOf(retentionDays()), nil)}
	}
	return schema
}

func anyOf[T any](values []T) []any {
	all := make([]any, len(values))
	for n, value := range values {
		all[n] = value
	}
	return all
}
