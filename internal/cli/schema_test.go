package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/spothandler/spothandler/internal/cli/command"
	"github.com/spothandler/spothandler/internal/cli/local"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/localaws"
)

const schemaFolder = "../../docs/schema"

// Every JSON result matches its schema, and has only keys of the schema.
func TestResultsMatchSchemas(t *testing.T) {
	needArchive(t)
	server := localaws.New(localaws.Options{Region: "eu-west-1", Delays: &localaws.Delays{}})
	useServer(t, server, local.Services()...)
	schemas := strictSchemas(t)
	if _, err := ecs.NewFromConfig(server.Config()).CreateCluster(t.Context(), &ecs.CreateClusterInput{ClusterName: aws.String("shop")}); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ line, schema string }{
		{"version", "version"},
		{"status", "status"},
		{"status --prefix prod", "status"},
		{"status --memory-size 1", "error"},
		{"upgrade --prefix prod", "error"},
		{"install --prefix prod --dry-run", "install"},
		{"install --prefix prod", "install"},
		{"install --prefix prod --cluster shop --tag Team=a --metrics on --redeploy observe", "install"},
		{"install --prefix prod", "install"},
		{"install --prefix test --region eu-west-1 --region us-east-1 --reserved-concurrency 0", "install"},
		{"install --prefix test --region eu-west-1 --region us-east-1 --vpc-subnet subnet-00000000 --vpc-security-group sg-00000000", "install"},
		{"upgrade --prefix new --region eu-west-1 --region us-east-1", "install"},
		{"status", "status"},
		{"status --prefix test --all-regions", "status"},
		{"status --region eu-west-1 --region eu-north-1", "status"},
		{"config init --all-regions", "config"},
		{"config init", "config"},
		{"config check missing.yaml", "error"},
		{"config check testdata/environments.yaml", "config"},
		{"install --config testdata/environments.yaml", "install"},
		{"status --config testdata/environments.yaml", "status"},
		{"uninstall --config testdata/environments.yaml --only staging --yes", "uninstall"},
		{"status --config testdata/environments.yaml", "status"},
		{"report --config testdata/environments.yaml", "report"},
		{"uninstall --config testdata/environments.yaml --all --yes", "uninstall"},
		{"doctor", "doctor"},
		{"doctor --explain SPOT101", "doctor"},
		{"doctor --region eu-west-1 --region us-east-1 --ignore SPOT104", "doctor"},
		{"doctor --cluster shp", "error"},
		{"install --prefix prod --cluster shpo", "install"},
		{"status", "status"},
		{"status --all-regions", "status"},
		{"uninstall --prefix prod --dry-run", "uninstall"},
		{"uninstall --prefix prod", "error"},
		{"uninstall --prefix prod --yes", "uninstall"},
		{"uninstall --prefix prod --yes", "uninstall"},
		{"uninstall --prefix test --all-regions", "error"},
		{"uninstall --prefix test --all-regions --yes", "uninstall"},
		{"uninstall --prefix test --all-regions --yes", "uninstall"},
		{"install --prefix prod --all-regions", "install"},
	} {
		_, shown := spothandler(t.Context(), "", append(words(step.line), "-o", "json")...)
		output, err := jsonschema.UnmarshalJSON(strings.NewReader(shown.out))
		if err != nil {
			t.Fatalf("%s: %v\n%s", step.line, err, shown.out)
		}
		if err := schemas[step.schema].Validate(output); err != nil {
			t.Errorf("%s: %#v\n%s", step.line, err, shown.out)
		}
	}
}

// Like TestResultsMatchSchemas, for results from the function's records.
func TestHistoryMatchesSchemas(t *testing.T) {
	needArchive(t)
	log := newHistoryFixture(t, "install --prefix prod")
	log.record(time.Hour, "1", redeployed)
	log.record(2*time.Hour, "2", refusedByIAM)
	log.record(3*time.Hour, "3", nil)
	log.write(time.Hour, "START RequestId: 1")
	schemas := strictSchemas(t)
	for _, test := range []struct{ line, schema string }{
		{"logs --prefix prod", "logs"},
		{"logs --prefix prod --region eu-west-1 --region us-east-1", "logs"},
		{"report --prefix prod --days 1", "report"},
		{"report --prefix prod --days 1 --region eu-west-1 --region us-east-1", "report"},
		{"report --prefix nix", "error"},
		{"status --prefix prod", "status"},
		{"status --prefix prod --no-history", "status"},
		{"install --prefix prod --log-level ERROR", "install"},
		{"report --prefix prod", "report"},
		{"status --prefix prod", "status"},
	} {
		_, shown := spothandler(t.Context(), "", append(words(test.line), "-o", "json")...)
		outputs := 0
		for decoder := json.NewDecoder(strings.NewReader(shown.out)); ; outputs++ {
			var output any
			if err := decoder.Decode(&output); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v\n%s", test.line, err, shown.out)
			}
			if err := schemas[test.schema].Validate(output); err != nil {
				t.Errorf("%s: %#v\n%s", test.line, err, shown.out)
			}
		}
		if outputs == 0 {
			t.Errorf("%s: no output: %s", test.line, shown.err)
		}
	}
}

// Every command has a schema for its result, except those that print an IAM policy, a script or help.
func TestEveryResultHasSchema(t *testing.T) {
	schemas := strictSchemas(t)
	for _, command := range rootCommand(command.New(command.Streams{}, nil, binaryVersion())).Commands() {
		name := command.Name()
		if name == "upgrade" { // which has the same result as install
			name = "install"
		}
		if schemas[name] == nil && !slices.Contains([]string{"policy", "completion", "help"}, name) {
			t.Errorf("docs/schema has no %s.schema.json", name)
		}
	}
}

// StrictSchemas is strictSchemas for the tests that run the binary, which are in package cli_test.
func StrictSchemas(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	return strictSchemas(t)
}

// strictSchemas returns the schemas of all results, by name. Published schemas allow additional keys; these do not.
func strictSchemas(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	schemas := map[string]*jsonschema.Schema{}
	documents := schemaDocuments(t)
	for name, document := range documents {
		closeObjects(document)
		if err := compiler.AddResource(name, document); err != nil {
			t.Fatal(err)
		}
	}
	for name := range documents {
		schema, err := compiler.Compile(name)
		if err != nil {
			t.Fatal(err)
		}
		schemas[strings.TrimSuffix(filepath.Base(name), ".schema.json")] = schema
	}
	return schemas
}

// schemaDocuments returns the schema files by their $id.
func schemaDocuments(t *testing.T) map[string]map[string]any {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(schemaFolder, "*.schema.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no schemas: %v", err)
	}
	documents := map[string]map[string]any{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		document := value.(map[string]any)
		id := document["$id"].(string)
		if filepath.Base(id) != filepath.Base(file) {
			t.Errorf("%s calls itself %s", file, id)
		}
		documents[id] = document
	}
	return documents
}

// closeObjects disallows additional keys in every schema that lists keys.
func closeObjects(value any) {
	switch value := value.(type) {
	case map[string]any:
		if _, named := value["properties"]; named {
			value["additionalProperties"] = false
		}
		for _, each := range value {
			closeObjects(each)
		}
	case []any:
		for _, each := range value {
			closeObjects(each)
		}
	}
}

// The schema lists each setting, and no others.
func TestSchemaHasEverySetting(t *testing.T) {
	for id, document := range schemaDocuments(t) {
		if filepath.Base(id) != "installation.schema.json" {
			continue
		}
		named := document["properties"].(map[string]any)["settings"].(map[string]any)["properties"].(map[string]any)
		if want := slices.Sorted(maps.Keys(settings.JSON(settings.Defaults("")))); !slices.Equal(slices.Sorted(maps.Keys(named)), want) {
			t.Errorf("%v, want %v", slices.Sorted(maps.Keys(named)), want)
		}
	}
}
