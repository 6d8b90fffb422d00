package resource

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/deploy/deploytest"
)

// installed returns what Observe finds after an install of wanted.
func installed(t *testing.T) State {
	t.Helper()
	have := desiredFor(t, given("tag", "Team=web"))
	have.DropTags, have.Function.Zip = nil, nil
	have.Role.Created = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	have.Function.Modified = have.Role.Created.Add(300 * time.Millisecond)
	return have
}

func wanted(t *testing.T) State { return desiredFor(t, given("tag", "Team=web")) }

func TestPlanFromNothing(t *testing.T) {
	var ids []ID
	for _, change := range Plan(wanted(t), State{}) {
		ids = append(ids, change.ID)
		if change.Action != Create || change.Name == "" || change.do == nil || len(change.Fields) == 0 {
			t.Errorf("%+v", change)
		}
	}
	if !slices.Equal(ids, wanted(t).IDs()) {
		t.Errorf("the order is %v", ids)
	}
}

func TestPlanWithoutDifference(t *testing.T) {
	deploytest.SameLines(t, deploytest.Printed(Plan(wanted(t), installed(t))))
}

// A removal uses the reverse order, whatever is left to remove.
func TestRemoval(t *testing.T) {
	have := installed(t)
	deploytest.SameLines(t, deploytest.Printed(Removal(have, "prod", false)),
		"delete target", "delete rule", "delete permission", "delete function", "delete log group", "delete role")
	deploytest.SameLines(t, deploytest.Printed(Removal(have, "prod", true)),
		"delete target", "delete rule", "delete permission", "delete function",
		"update log group; tags.spothandler:kept  -> prod; tags.managed-by spothandler -> ; tags.spothandler:prefix prod -> ", "delete role")
	have.Triggers[0].Target, have.Triggers[0].Permission, have.LogGroup = nil, nil, nil
	deploytest.SameLines(t, deploytest.Printed(Removal(have, "prod", true)), "delete rule", "delete function", "delete role")
	deploytest.SameLines(t, deploytest.Printed(Removal(State{}, "prod", true)))
}

// Every field that differs leads to one update of its resource. The fields come from the structs: a new one
// that Plan does not compare fails here.
func TestPlanUpdatesEveryField(t *testing.T) {
	notCompared := []string{
		"Name", "Role.Path", "Permission.Sid", "Permission.Function", "Target.TargetID", "Target.Rule", // these identify the resource
		"Function.Zip",                                                                   // CodeSHA256 is compared instead
		"Role.UniqueID", "Role.Created", "Role.Inline", "Role.Attached", "Role.Profiles", // found, never wanted
		"LogGroup.RetentionSetBy", "LogGroup.Protected", "LogGroup.Forwarded", "Function.Broken", //
		"Function.Deleting", "Function.Modified", "Function.Hidden", "Function.Statements", "Function.URLs", "Function.Mappings", "Function.Signing", "Function.Unseen", //
		"Rule.ManagedBy", "Rule.Targets", "Rule.Duplicates", "Rule.TagsUnread", "Rule.OwnTarget", //
	}
	for index, each := range installed(t).resources() {
		described := reflect.TypeOf(each).Elem()
		for _, field := range reflect.VisibleFields(described) {
			if slices.Contains(notCompared, field.Name) || slices.Contains(notCompared, described.Name()+"."+field.Name) {
				continue
			}
			for name, at := range parts(field) {
				t.Run(each.ID().String()+" "+name, func(t *testing.T) {
					have := installed(t)
					change(reflect.ValueOf(have.resources()[index]).Elem().FieldByIndex(at))
					changes := Plan(wanted(t), have)
					if len(changes) != 1 || changes[0].Action != Update || changes[0].ID != each.ID() || len(changes[0].Fields) == 0 {
						t.Errorf("%q", deploytest.Printed(changes))
					}
				})
			}
		}
	}
}

// parts returns a field's own fields, by name and index, or the field itself if it has none.
func parts(field reflect.StructField) map[string][]int {
	inner := field.Type
	if inner.Kind() == reflect.Pointer {
		inner = inner.Elem()
	}
	if inner.Kind() != reflect.Struct {
		return map[string][]int{field.Name: field.Index}
	}
	all := map[string][]int{}
	for _, part := range reflect.VisibleFields(inner) {
		all[field.Name+"."+part.Name] = append(slices.Clone(field.Index), part.Index...)
	}
	return all
}

// change sets a field to another value.
func change(field reflect.Value) {
	switch field.Kind() {
	case reflect.String:
		if text := field.String(); strings.HasPrefix(text, "{") {
			field.SetString(`{"other":1}`)
		} else {
			field.SetString(text + "x")
		}
	case reflect.Bool:
		field.SetBool(!field.Bool())
	case reflect.Int:
		field.SetInt(field.Int() + 1)
	case reflect.Map:
		tags := map[string]string{} // a separate map: Desired uses one map for several resources
		for _, key := range field.MapKeys() {
			tags[key.String()] = "other"
		}
		field.Set(reflect.ValueOf(tags))
	case reflect.Slice:
		field.Set(reflect.ValueOf([]string{"other"}))
	default:
		panic("change knows no " + field.Kind().String())
	}
}

// Some functions cannot be updated: they are deleted and created again with everything that depends on them.
func TestPlanReplacesFunction(t *testing.T) {
	again := []string{"delete function", "create function", "create permission"}
	for _, test := range []struct {
		name   string
		change func(*State)
		want   []string
	}{
		{"its role is gone", func(s *State) { s.Role = nil }, append([]string{"create role"}, again...)},
		{"its role is newer", func(s *State) { s.Role.Created = s.Role.Created.Add(time.Hour) }, again},
		{"it could not be created", func(s *State) { s.Function.Broken, s.Function.Failed = true, "Failed: InvalidConfiguration" }, again},
		{"it is being deleted", func(s *State) { s.Function.Deleting = true }, again},
		{"its last update failed", func(s *State) { s.Function.Failed = "last update failed: x" }, []string{"update function; state last update failed: x -> "}},
		{"made in the same second as its role", func(s *State) { s.Role.Created = s.Function.Modified.Add(500 * time.Millisecond) }, nil},
		{"its creation time is unknown", func(s *State) { s.Function.Modified = time.Time{} }, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			have := installed(t)
			test.change(&have)
			changes := Plan(wanted(t), have)
			deploytest.SameLines(t, deploytest.Printed(changes), test.want...)
			for _, change := range changes {
				if change.Action == Delete && change.Fields[0].Old == "" {
					t.Error("it does not say why")
				}
			}
			if have.Function == nil || have.Triggers[0].Permission == nil {
				t.Error("Plan changed its argument")
			}
		})
	}
}

// A function with another role gets ours; the grant follows.
func TestPlanChangesRole(t *testing.T) {
	have := installed(t)
	have.Role, have.Function.RoleARN = nil, "arn:aws:iam::111122223333:role/theirs"
	lines := deploytest.Printed(Plan(wanted(t), have))
	if len(lines) != 2 || lines[0] != "create role" || !strings.HasPrefix(lines[1], "update function; role ") {
		t.Errorf("%q", lines)
	}
}

// Values that a response omits, or that something else determines, are not compared.
func TestPlanLeavesAlone(t *testing.T) {
	for name, change := range map[string]func(*State){
		"an emulator without LoggingConfig":    func(s *State) { s.Function.Logging = nil },
		"an account-level retention":           func(s *State) { s.LogGroup.RetentionDays, s.LogGroup.RetentionSetBy = 3, "policy" },
		"an account-level retention of no end": func(s *State) { s.LogGroup.RetentionDays, s.LogGroup.RetentionSetBy = 0, "policy" },
		"others' tags": func(s *State) {
			s.Role.Tags = map[string]string{"theirs": "1", "Team": "web", TagManagedBy: "spothandler", TagPrefix: "prod"}
		},
		"others' additions": func(s *State) {
			s.Role.Inline, s.Role.Attached, s.Triggers[0].Rule.Targets = []string{"a"}, []string{"b"}, []string{"c"}
		},
		"a note about tags that were taken off": func(s *State) {
			s.Role.Description = strings.Replace(s.Role.Description, `"arch"`, `"untagged":"abcd","arch"`, 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			have := installed(t)
			change(&have)
			deploytest.SameLines(t, deploytest.Printed(Plan(wanted(t), have)))
		})
	}
}

// Wanted tags are set, formerly wanted tags are removed, and empty values count.
func TestPlanTags(t *testing.T) {
	have, want := installed(t), wanted(t)
	have.Triggers[0].Rule.Tags = map[string]string{"Team": "ops", "old": "1", "empty": "", "theirs": "1", TagManagedBy: "spothandler"}
	want.DropTags = []string{"old", "empty", "absent"}
	want.Triggers[0].Rule.Tags = map[string]string{"Team": "web", TagManagedBy: "spothandler", "new": ""}
	changes := Plan(want, have)
	deploytest.SameLines(t, deploytest.Printed(changes), "update rule; tags.Team ops -> web; tags.new  -> ; tags.empty  -> ; tags.old 1 -> ")
	fields := changed(changes[0].Fields)
	if add := fields.tagged(want.Triggers[0].Rule.Tags); encodeJSON(add) != `{"Team":"web","new":""}` {
		t.Errorf("added are %v", add)
	}
	deploytest.SameLines(t, fields.untagged(want.Triggers[0].Rule.Tags), "empty", "old")
	if fields.beyondTags() {
		t.Error("there is more than tags")
	}
}

func TestDescribe(t *testing.T) {
	for want, change := range map[string]Change{
		"creating log group /aws/lambda/x": {Action: Create, ID: ID{KindLogGroup, "/aws/lambda/x"}},
		"updating role x":                  {Action: Update, ID: ID{KindRole, "x"}},
		"deleting target spothandler":      {Action: Delete, ID: ID{KindTarget, TargetID}},
	} {
		if got := change.Describe(); got != want {
			t.Errorf("%s, not %s", got, want)
		}
	}
}

// Plan and Removal need no AWS: they give the same result without an account.
func TestPlanIsPure(t *testing.T) {
	have, want := installed(t), wanted(t)
	before := encodeJSON([]any{have, want})
	Plan(want, have)
	Plan(want, State{})
	Removal(have, "prod", true)
	if encodeJSON([]any{have, want}) != before {
		t.Error("a plan changed what it was given")
	}
	if _, err := Apply(t.Context(), Clients{}, Names{}, nil, Options{}); err != nil || errors.Is(err, errSettling) {
		t.Error(err)
	}
}
