package callerpolicy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/deploy/resource"
)

type policyDocument struct {
	Version   string
	Statement []statement
}

type statement struct {
	Sid       string
	Effect    string
	Action    []string
	Resource  any            // one ARN or a list of them
	Condition map[string]any `json:",omitempty"`
}

// encode returns the document as JSON without line breaks.
func (d policyDocument) encode() string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(d); err != nil {
		panic(fmt.Sprintf("encoding a policy: %v", err)) // it contains only strings
	}
	return strings.TrimSpace(out.String())
}

// when returns a condition with one operator and one key.
func when(operator, key string, value any) map[string]any {
	return map[string]any{operator: map[string]any{key: value}}
}

// inPlaces returns the resources of all installations: a list, or the only ARN.
func inPlaces(places []resource.Names, resources ...func(resource.Names) string) any {
	return allInPlaces(places, func(names resource.Names) []string {
		var all []string
		for _, resource := range resources {
			all = append(all, resource(names))
		}
		return all
	})
}

// allInPlaces is inPlaces for resources of which an installation can have several.
func allInPlaces(places []resource.Names, resources func(resource.Names) []string) any {
	var all []string
	for _, names := range places {
		for _, each := range resources(names) {
			if !slices.Contains(all, each) { // such as the clusters, which all prefixes share
				all = append(all, each)
			}
		}
	}
	if len(all) == 1 {
		return all[0]
	}
	return all
}
