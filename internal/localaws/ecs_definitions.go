package localaws

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"
)

// registerTaskDefinition stores any definition as the next revision.
func (s *ecsService) registerTaskDefinition(c *call, in *ecsInput) (any, error) {
	var definition obj
	if err := json.Unmarshal(c.body, &definition); err != nil {
		return nil, refuse("SerializationException", "%v", err)
	}
	if containers, _ := definition["containerDefinitions"].([]any); len(containers) == 0 {
		return nil, refuse("ClientException", "Container list cannot be empty.")
	}
	s.define(in.Family, definition)
	return obj{"taskDefinition": definition}, nil
}

// define adds a revision and returns its ARN.
func (s *ecsService) define(family string, definition obj) string {
	revision := len(s.definitions[family]) + 1
	arn := s.region.arn("ecs", fmt.Sprintf("task-definition/%s:%d", family, revision))
	maps.Copy(definition, obj{
		"family": family, "revision": revision, "status": "ACTIVE", "taskDefinitionArn": arn, "registeredAt": epoch(time.Now()),
		"compatibilities": []string{"EC2", "FARGATE"},
	})
	s.definitions[family] = append(s.definitions[family], definition)
	return arn
}

// definition returns a task definition by family, family:revision or ARN; nil if there is none.
func (s *ecsService) definition(name string) obj {
	family, revision, _ := strings.Cut(afterLast(name, "/"), ":")
	n := len(s.definitions[family])
	if revision != "" {
		n = int(number(revision))
	}
	if n < 1 || n > len(s.definitions[family]) {
		return nil
	}
	return s.definitions[family][n-1]
}

func (s *ecsService) describeTaskDefinition(_ *call, in *ecsInput) (any, error) {
	found := s.definition(in.TaskDefinition)
	if found == nil {
		return nil, refuse("ClientException", "Unable to describe task definition.")
	}
	return obj{"taskDefinition": found}, nil
}
