package deploy

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/resource"
)

// Each field changed out of band is reported by plan and status with its expected value, and one install
// restores it without unnecessary calls.
func TestDrift(t *testing.T) {
	for _, hand := range everyChange() {
		if hand.fields == nil {
			continue
		}
		t.Run(hand.name, func(t *testing.T) {
			inAccount(t, func(t *testing.T, a *account) {
				a.install(t, driftPrefix, driftSettings())
				should := valuesOf(a.find(t, driftPrefix, nil).State)
				if err := hand.change(t, a, a.find(t, driftPrefix, nil).Names); err != nil {
					t.Fatal(err)
				}
				_, changes := a.plan(t, driftPrefix, nil)
				if len(changes) != 1 || changes[0].Action != resource.Update || changes[0].Kind != hand.kind {
					t.Fatalf("it is found as %q", deploytest.Printed(changes))
				}
				var paths []string
				for _, field := range changes[0].Fields {
					paths = append(paths, field.Path)
					if field.New != should[string(hand.kind)+" "+field.Path] || field.Old == field.New {
						t.Errorf("%s is said to go from %q to %q", field.Path, field.Old, field.New)
					}
				}
				deploytest.SameLines(t, paths, hand.fields...)
				problems := a.status(t, driftPrefix).Problems
				if len(problems) != 1 || problems[0].Code != ProblemDiffers || jsonText(problems[0].Fields) != jsonText(changes[0].Fields) {
					t.Errorf("status says %+v", problems)
				}
				a.ForgetCalls()
				a.install(t, driftPrefix, nil)
				if calls := a.calls(writes); len(calls) != restoring(hand.kind) {
					t.Errorf("it is repaired by %q", calls)
				}
			})
		})
	}
}

// restoring returns the number of calls that restore a resource: Lambda cannot change a statement, only
// remove and add it.
func restoring(kind resource.Kind) int {
	if kind == resource.KindPermission {
		return 2
	}
	return 1
}

// valuesOf returns the fields' values, by kind and path, as a first install sets them.
func valuesOf(s resource.State) map[string]string {
	values := map[string]string{}
	for _, change := range resource.Plan(s, resource.State{}) {
		for _, field := range change.Fields {
			values[string(change.Kind)+" "+field.Path] = field.New
		}
	}
	return values
}

// fill gives every text and list of a resource that is empty a value, so that a plan shows its field.
func fill(v reflect.Value) {
	for index := range v.NumField() {
		field, name := v.Field(index), v.Type().Field(index).Name
		switch {
		case name == "Unread" || name == "TagsUnread": // hides other fields
		case field.Kind() == reflect.Struct && field.CanSet() && field.Type().PkgPath() != "time":
			fill(field)
		case field.Kind() == reflect.String && field.String() == "":
			field.SetString("x")
		case field.Type() == reflect.TypeFor[[]string]() && field.Len() == 0:
			field.Set(reflect.ValueOf([]string{"x"}))
		}
	}
}

// Every field that can be set is covered by an out-of-band change, so that none is untested.
func TestDriftCoversEveryField(t *testing.T) {
	covered := map[string]bool{}
	for _, hand := range everyChange() {
		for _, path := range hand.fields {
			covered[string(hand.kind)+" "+root(path)] = true
		}
	}
	want := desiredFor(t, driftSettings())
	for _, each := range []any{want.Role, want.LogGroup, want.Function, want.Triggers[0].Permission, want.Triggers[0].Rule, want.Triggers[0].Target} {
		fill(reflect.ValueOf(each).Elem())
	}
	known := []string{
		"role record",                                                                                              // what is wanted, not what exists
		"role permissions_boundary",                                                                                // TestOptionalSettingsDrift, TestBoundaryIsKept
		"function state",                                                                                           // TestFailedFunction
		"rule detail-type", "rule detail", "rule source", "rule account", "rule region", "rule replay-name.exists", // one document
	}
	for field := range valuesOf(want) {
		kind, path, _ := strings.Cut(field, " ")
		if name := kind + " " + root(path); !covered[name] && !slices.Contains(known, name) {
			t.Errorf("%s: no test changes it out of band", name)
		}
	}
}

// root returns a path without the parts below a document, a tag or a list.
func root(path string) string {
	for _, document := range []string{"trust_policy", "policy", "record", "tags", "detail"} {
		if path == document || strings.HasPrefix(path, document+".") {
			return document
		}
	}
	return path
}
