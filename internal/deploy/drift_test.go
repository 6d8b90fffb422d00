package deploy

import (
	"slices"
	"strings"
	"testing"
)

// Each field changed by hand is found by a plan and by status, with the value that it should have, and is
// healed by one install that makes no call beside the one that heals.
func TestDrift(t *testing.T) {
	for _, hand := range everyChange() {
		if hand.fields == nil {
			continue
		}
		t.Run(hand.name, func(t *testing.T) {
			inAccount(t, func(t *testing.T, a *account) {
				a.install(t, driftPrefix, driftSettings())
				should := valuesOf(a.look(t, driftPrefix, nil).State)
				if err := hand.change(t, a, a.look(t, driftPrefix, nil).Names); err != nil {
					t.Fatal(err)
				}
				_, changes := a.plan(t, driftPrefix, nil)
				if len(changes) != 1 || changes[0].Action != Update || changes[0].Kind != hand.kind {
					t.Fatalf("it is found as %q", printed(changes))
				}
				var paths []string
				for _, field := range changes[0].Fields {
					paths = append(paths, field.Path)
					if field.New != should[string(hand.kind)+" "+field.Path] || field.Old == field.New {
						t.Errorf("%s is said to go from %q to %q", field.Path, field.Old, field.New)
					}
				}
				sameLines(t, paths, hand.fields...)
				problems := a.status(t, driftPrefix).Problems
				if len(problems) != 1 || problems[0].Code != ProblemDiffers || encodeJSON(problems[0].Fields) != encodeJSON(changes[0].Fields) {
					t.Errorf("status says %+v", problems)
				}
				a.ForgetCalls()
				a.install(t, driftPrefix, nil)
				if calls := a.calls(writes); len(calls) != healing(hand.kind) {
					t.Errorf("it is healed by %q", calls)
				}
			})
		})
	}
}

// healing is how many calls it takes: Lambda cannot change a statement, only remove it and add another.
func healing(kind Kind) int {
	if kind == KindPermission {
		return 2
	}
	return 1
}

// valuesOf are the fields' values, by kind and path.
func valuesOf(s State) map[string]string {
	values := map[string]string{}
	for kind, fields := range allFields(s) {
		for _, field := range fields {
			values[string(kind)+" "+field.path] = field.value
		}
	}
	return values
}

// A field that is set and that no change by hand covers would be one that nobody has tested.
func TestDriftCoversEveryField(t *testing.T) {
	covered := map[string]bool{}
	for _, hand := range everyChange() {
		for _, path := range hand.fields {
			covered[string(hand.kind)+" "+root(path)] = true
		}
	}
	want := desiredFor(t, driftSettings())
	for kind, fields := range allFields(want) {
		for _, field := range fields {
			name := string(kind) + " " + root(field.path)
			known := []string{
				"role record",                                                                                              // what is wanted, not what is there
				"role permissions_boundary",                                                                                // TestOptionalSettingsDrift, TestBoundaryIsKept
				"function state",                                                                                           // TestFailedFunction
				"rule detail-type", "rule detail", "rule source", "rule account", "rule region", "rule replay-name.exists", // one document
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
