package deploy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/deploy/settings"
	"github.com/spothandler/spothandler/internal/session"
)

// maxPolicy is the limit of all inline policies of a role together, in characters without white space
// (IAM quotas). A list of clusters can exceed it.
const maxPolicy = 10240

// Principals of AWS services are the same in every partition (aws-cdk region-info).
const (
	lambdaPrincipal = "lambda.amazonaws.com"
	eventsPrincipal = "events.amazonaws.com"
)

type policyDocument struct {
	Version   string
	Statement []statement
}

type statement struct {
	Sid       string `json:",omitempty"`
	Effect    string
	Principal any                       `json:",omitempty"`
	Action    any                       `json:",omitempty"`
	Resource  any                       `json:",omitempty"`
	Condition map[string]map[string]any `json:",omitempty"`
}

func trustPolicy() string {
	return encodeJSON(policyDocument{"2012-10-17", []statement{{
		Effect:    "Allow",
		Principal: map[string]string{"Service": lambdaPrincipal},
		Action:    "sts:AssumeRole",
	}}})
}

// rolePolicy is all that the function may do: look at and redeploy services of its account and region,
// and write to its own log group, which it may not create; and what its settings need. The condition on ecs:cluster, and not the
// ARN, narrows to clusters, because services from before 2021 have none in their ARN.
func rolePolicy(names Names, spec settings.Spec) (string, error) {
	services := statement{
		Sid:      "Services",
		Effect:   "Allow",
		Action:   []string{"ecs:DescribeServices", "ecs:UpdateService"},
		Resource: names.ARN("ecs", names.Region, "service/*"),
	}
	if len(spec.Clusters) > 0 {
		services.Condition = map[string]map[string]any{"ArnEquals": {"ecs:cluster": clusterARNs(names.Identity, spec.Clusters)}}
	}
	logs := statement{
		Sid:      "Logs",
		Effect:   "Allow",
		Action:   []string{"logs:CreateLogStream", "logs:PutLogEvents"},
		Resource: names.LogGroupARN() + ":*",
	}
	policy := encodeJSON(policyDocument{"2012-10-17", append([]statement{services, logs}, optionalStatements(names, spec)...)})
	if len(policy) > maxPolicy {
		return "", apperr.Invalid("--cluster all, or fewer clusters", "the role's policy for %d clusters has %d characters, IAM allows %d", len(spec.Clusters), len(policy), maxPolicy)
	}
	return policy, nil
}

func clusterARNs(id session.Identity, clusters []string) []string {
	arns := make([]string, 0, len(clusters))
	for _, cluster := range clusters {
		arns = append(arns, id.ClusterARN(cluster))
	}
	return arns
}

// encodeJSON encodes what always can be: strings, lists and maps of ours.
func encodeJSON(v any) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic(fmt.Sprintf("encoding %T: %v", v, err)) // only a value that is not data gets here
	}
	return strings.TrimSpace(out.String())
}

// documentFields are the leaves of a JSON document, so that two documents differ where their meaning
// does and not where AWS formatted one. A list of one is its element, as in IAM's grammar.
func documentFields(path, document string) []pair {
	if document == "" {
		return nil
	}
	var value any
	if err := json.Unmarshal([]byte(document), &value); err != nil {
		return []pair{{path, document}}
	}
	return leaves(path, value)
}

func leaves(path string, value any) []pair {
	switch v := value.(type) {
	case map[string]any:
		var fields []pair
		keys := make([]string, 0, len(v))
		for key := range v {
			keys = append(keys, key)
		}
		slices.Sort(keys)
		for _, key := range keys {
			fields = append(fields, leaves(joinPath(path, key), v[key])...)
		}
		return fields
	case []any:
		return listLeaves(path, v)
	case string:
		return []pair{{path, v}}
	default:
		return []pair{{path, encodeJSON(v)}}
	}
}

// listLeaves keeps a list of words in one line, in sorted order: in policies and patterns a list is a set.
func listLeaves(path string, list []any) []pair {
	if len(list) == 1 {
		return leaves(path, list[0])
	}
	words := make([]string, 0, len(list))
	for _, element := range list {
		if word, ok := element.(string); ok {
			words = append(words, word)
		}
	}
	if len(words) == len(list) {
		slices.Sort(words)
		return []pair{{path, "[" + strings.Join(words, ", ") + "]"}}
	}
	var fields []pair
	for i, element := range list {
		name, rest := named(i, element)
		fields = append(fields, leaves(fmt.Sprintf("%s[%s]", path, name), rest)...)
	}
	return fields
}

// named is an element's name in its list: the Sid of a statement, which stays where others come and go,
// or else the index.
func named(index int, element any) (string, any) {
	statement, _ := element.(map[string]any)
	sid, _ := statement["Sid"].(string)
	if sid == "" {
		return decimal(index), element
	}
	rest := maps.Clone(statement)
	delete(rest, "Sid")
	return sid, rest
}

func joinPath(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
