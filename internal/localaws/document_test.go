package localaws

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// docs/local.md lists exactly the supported calls.
func TestTheDocumentNamesEveryCall(t *testing.T) {
	text, err := os.ReadFile("../../docs/local.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "\n## The calls\n")
	table, _, _ = strings.Cut(table, "\n## ")
	named := map[string][]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| .*\\(`([\\w-]+)`\\) \\| (.*) \\|$").FindAllStringSubmatch(table, -1) {
		named[row[1]] = strings.Split(row[2], ", ")
	}
	s, _ := start(t, Options{})
	s.api.Lock()
	defer s.api.Unlock()
	for service, actions := range s.api.Region("us-east-1").Actions {
		for action := range actions {
			if !slices.Contains(named[service], action) {
				t.Errorf("%s:%s is not in the document", service, action)
			}
		}
		for _, action := range named[service] {
			if actions[action] == nil {
				t.Errorf("the document names %s:%s, which is not there", service, action)
			}
		}
		delete(named, service)
	}
	if len(named) > 0 {
		t.Errorf("the document names the services %v, which are not there", named)
	}
}
