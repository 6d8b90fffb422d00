package local

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/localaws"
)

// readSeed reads services for a local AWS:
//
//	services:
//	  - cluster: shop
//	    name: api
//	    desired: 4
//	    capacity_provider: FARGATE_SPOT   # or FARGATE; FARGATE_SPOT is the default
//	    tags: {spothandler: observe}
//
// An error names the file, the line, the key and what is accepted.
func readSeed(path string) ([]localaws.Service, error) {
	root, err := seedRoot(path)
	if err != nil {
		return nil, err
	}
	s := seedFile{path}
	var services []localaws.Service
	err = s.each(root, map[string]func(*yaml.Node) error{
		"services": func(list *yaml.Node) error {
			if list.Kind != yaml.SequenceNode || len(list.Content) == 0 {
				return s.refuse(list, "services is not a list", "one or more services, each beginning with -")
			}
			for _, node := range list.Content {
				service, err := s.service(node)
				if err != nil {
					return err
				}
				services = append(services, service)
			}
			return nil
		},
	}, "services")
	if err == nil && len(services) == 0 {
		err = s.refuse(root, "there are no services", "services: followed by a list")
	}
	return services, err
}

// seedRoot reads the only document of a file.
func seedRoot(path string) (*yaml.Node, error) {
	content, err := readSeedFile(path)
	if err != nil {
		return nil, badSeed("reading the seed: "+err.Error(), "a relative path is relative to the current directory", err)
	}
	var document, second yaml.Node
	documents := yaml.NewDecoder(bytes.NewReader(content))
	if err := documents.Decode(&document); err != nil && !errors.Is(err, io.EOF) {
		return nil, badSeed(path+" is not YAML: "+strings.TrimPrefix(err.Error(), "yaml: "), "services: followed by a list", err)
	}
	if documents.Decode(&second) == nil {
		return nil, badSeed(path+" has more than one document", "one document: services: followed by a list", nil)
	}
	if len(document.Content) == 0 {
		return nil, seedFile{path}.refuse(&yaml.Node{Line: 1}, "the file is empty", "services: followed by a list")
	}
	return document.Content[0], nil
}

// seedLimit is the maximum size of a file, in bytes.
const seedLimit = 1 << 20

func readSeedFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, seedLimit+1))
	if err == nil && len(content) > seedLimit {
		err = fmt.Errorf("%s is larger than %d bytes", path, seedLimit)
	}
	return content, err
}

type seedFile struct{ path string }

func (s seedFile) refuse(node *yaml.Node, wrong, accepted string) error {
	return &apperr.Error{
		Code:    apperr.CodeInvalid,
		Message: fmt.Sprintf("%s:%d: %s", s.path, node.Line, wrong),
		Hints:   []string{"accepted: " + accepted},
	}
}

// each calls the function of each key of a map with its value. It resolves aliases and merge keys, skips null values, and
// returns an error if a key occurs twice.
func (s seedFile) each(node *yaml.Node, keys map[string]func(*yaml.Node) error, accepted string) error {
	if node.Kind != yaml.MappingNode && node.Kind != yaml.AliasNode {
		return s.refuse(node, "this is not a map", accepted)
	}
	var values map[string]yaml.Node
	if err := node.Decode(&values); err != nil {
		return s.refuse(node, strings.TrimPrefix(strings.Join(strings.Fields(err.Error()), " "), "yaml: unmarshal errors: "), accepted)
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		value := values[key]
		take, known := keys[key]
		if !known {
			return s.refuse(&value, strconv.Quote(key)+" is not a known key", accepted)
		}
		if value.Tag == "!!null" {
			continue
		}
		if err := take(&value); err != nil {
			return err
		}
	}
	return nil
}

func (s seedFile) service(node *yaml.Node) (localaws.Service, error) {
	service := localaws.Service{Cluster: "default", Desired: 1}
	err := s.each(node, map[string]func(*yaml.Node) error{
		"cluster":           s.text("cluster", &service.Cluster),
		"name":              s.text("name", &service.Name),
		"capacity_provider": s.text("capacity_provider", &service.CapacityProvider, "FARGATE_SPOT", "FARGATE"),
		"desired": func(value *yaml.Node) error {
			desired, err := strconv.Atoi(value.Value)
			if err != nil || desired < 0 || desired > 1000 {
				return s.refuse(value, "desired is "+strconv.Quote(value.Value), "a number of tasks from 0 to 1000")
			}
			service.Desired = desired
			return nil
		},
		"tags": func(value *yaml.Node) error {
			if err := value.Decode(&service.Tags); err != nil {
				return s.refuse(value, "tags is not a map of strings", "tags: {key: value}")
			}
			return nil
		},
	}, "cluster, name, desired, capacity_provider, tags")
	if err == nil && service.Name == "" {
		err = s.refuse(node, "a service has no name", "cluster, name, desired, capacity_provider, tags")
	}
	return service, err
}

func (s seedFile) text(key string, target *string, choices ...string) func(*yaml.Node) error {
	return func(value *yaml.Node) error {
		if value.Kind != yaml.ScalarNode || value.Value == "" {
			return s.refuse(value, key+" is not a string", "a name")
		}
		if len(choices) > 0 && value.Value != choices[0] && value.Value != choices[1] {
			return s.refuse(value, key+" is "+strconv.Quote(value.Value), choices[0]+", "+choices[1])
		}
		*target = value.Value
		return nil
	}
}

func badSeed(message, hint string, cause error) error {
	return &apperr.Error{Code: apperr.CodeInvalid, Message: message, Hints: []string{hint}, Err: cause}
}
