package deploy

import (
	"slices"
	"strings"
	"testing"
)

// Each field changed by hand is found, named, and healed by one install that touches nothing else.
func TestDrift(t *testing.T) {
	for _, hand := range everyChange() {
		if hand.fields == nil {
			continue
		}
		t.Run(hand.name, func(t *testing.T) {
			inAccount(t, func(t *testing.T, a *account) {
				a.install(t, handsPrefix, handsSettings())
				if err := hand.change(t, a, a.look(t, handsPrefix, nil).Names); err != nil {
					t.Fatal(err)
				}
				_, changes := a.plan(t, handsPrefix, nil)
				if len(changes) != 1 || changes[0].Action != Update || changes[0].Resource != hand.kind {
					t.Fatalf("it is found as %q", printed(changes))
				}
				var paths []string
				for _, field := range changes[0].Fields {
					paths = append(paths, field.Path)
				}
				sameLines(t, paths, hand.fields...)
				a.install(t, handsPrefix, nil)
			})
		})
	}
}

// A field that is set and that no change by hand covers would be one that nobody has tested.
func TestDriftCoversEveryField(t *testing.T) {
	covered := map[string]bool{}
	for _, hand := range everyChange() {
		for _, path := range hand.fields {
			covered[string(hand.kind)+" "+root(path)] = true
		}
	}
	want := desiredFor(t, handsSettings())
	for kind, fields := range allFields(want) {
		for _, field := range fields {
			name := string(kind) + " " + root(field.path)
			known := []string{
				"role record",                                    // what is wanted, not what is there
				"function state",                                 // TestFailedFunction
				"rule detail-type", "rule detail", "rule source", // one document
			}
			if !covered[name] && !slices.Contains(known, name) {
				t.Errorf("%s: no test changes it by hand", name)
			}
		}
	}
}

// root is a path without what is below a document, a tag or a list.
func root(path string) string {
	for _, document := range []string{"trust_policy", "policy", "record", "tags", "detail"} {
		if path == document || strings.HasPrefix(path, document+".") {
			return document
		}
	}
	return path
}
