package ecs

import (
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// registerTaskDefinition stores any definition as the next revision.
func (s *Clusters) registerTaskDefinition(c *api.Request, in *ecsInput) (any, error) {
	var definition api.Obj
	if err := json.Unmarshal(c.Body, &definition); err != nil {
		return nil, api.Refuse("SerializationException", "%v", err)
	}
	if containers, _ := definition["containerDefinitions"].([]any); len(containers) == 0 {
		return nil, api.Refuse("ClientException", "Container list cannot be empty.")
	}
	s.define(in.Family, definition)
	return api.Obj{"taskDefinition": definition}, nil
}

// define adds a revision and returns its ARN.
func (s *Clusters) define(family string, definition api.Obj) string {
	revision := len(s.definitions[family]) + 1
	arn := s.region.ARN("ecs", fmt.Sprintf("task-definition/%s:%d", family, revision))
	maps.Copy(definition, api.Obj{
		"family": family, "revision": revision, "status": "ACTIVE", "taskDefinitionArn": arn, "registeredAt": api.Epoch(time.Now()),
		"compatibilities": []string{"EC2", "FARGATE"},
	})
	s.definitions[family] = append(s.definitions[family], definition)
	return arn
}

// definition returns a task definition by family, family:revision or ARN; nil if there is none.
func (s *Clusters) definition(name string) api.Obj {
	family, revision, _ := strings.Cut(api.AfterLast(name, "/"), ":")
	n := len(s.definitions[family])
	if revision != "" {
		n, _ = strconv.Atoi(revision) // 0 is no revision
	}
	if n < 1 || n > len(s.definitions[family]) {
		return nil
	}
	return s.definitions[family][n-1]
}

func (s *Clusters) describeTaskDefinition(_ *api.Request, in *ecsInput) (any, error) {
	found := s.definition(in.TaskDefinition)
	if found == nil {
		return nil, api.Refuse("ClientException", "Unable to describe task definition.")
	}
	return api.Obj{"taskDefinition": found}, nil
}
