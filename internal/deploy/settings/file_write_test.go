package settings

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/handler"
)

// Reading a written file returns the same values, whatever characters they contain.
func TestFileTextIsReadBack(t *testing.T) {
	plain := Entry{"default", []string{"eu-north-1"}, Defaults("")}
	full := Entry{"prod", []string{"eu-west-1", "us-east-1"}, Defaults("prod")}
	full.Spec.FunctionName, full.Spec.RuleName, full.Spec.RolePath = "0123", "a.b", "/team/spot/"
	full.Spec.MemorySize, full.Spec.ReservedConcurrency, full.Spec.LogRetentionDays = 256, 0, 0
	full.Spec.Tags = map[string]string{"on": "true", "a: b": "x: y +@", "Team": "", "Größe": "0012", "path": "a/b:", "@x": "-"}
	full.Spec.Clusters = []string{"no", "shop"}
	full.Spec.Redeploy, full.Spec.Cooldown, full.Spec.RuleState = handler.ModeAlways, 90*time.Second, "DISABLED"
	full.Spec.Subnets, full.Spec.SecurityGroups = []string{"subnet-00000000"}, []string{"sg-00000000", "sg-11111111"}
	full.Spec.Boundary, full.Spec.Tracing, full.Spec.Metrics = "arn:aws:iam::aws:policy/ReadOnly+x", TracingActive, true
	full.Spec.LogLevel, full.Spec.Architecture = "DEBUG", "x86_64"
	for _, entries := range [][]Entry{{plain}, {full}, {plain, full}} {
		text := FileText([]string{"a remark", ""}, map[string]string{"expect-account": "012345678901", "profile": "me & you"}, entries)
		file, err := ParseFile("c.yaml", []byte(text))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		found := file.Installations
		if len(entries) == 1 {
			found = []Installation{{Values: file.Values, Name: entries[0].Name}}
		}
		for n, each := range found {
			spec := Defaults(each.Prefix())
			if err := each.Settings().Apply(&spec); err != nil {
				t.Errorf("%v\n%s", err, text)
			}
			if want := entries[n]; each.Name != want.Name || !reflect.DeepEqual(each.Regions(), want.Regions) || !reflect.DeepEqual(spec, want.Spec) {
				t.Errorf("%s gives %+v\n%s", each.Name, spec, text)
			}
			if given := Given(each.Values); given.Text("expect-account") != "012345678901" || given.Text("profile") != "me & you" {
				t.Errorf("%+v", each.Values)
			}
		}
	}
}

// The commented defaults are correct: without the comment signs the file describes an installation with
// defaults.
func TestFileTextCommentsAreDefaults(t *testing.T) {
	text := FileText(nil, nil, []Entry{{"default", nil, Defaults("")}})
	_, comments, _ := strings.Cut(text, "is set.\n")
	file, err := ParseFile("c.yaml", []byte(strings.ReplaceAll("\n"+comments, "\n# ", "\n")))
	if err != nil {
		t.Fatal(err)
	}
	spec := Defaults("")
	if err := Given(file.Values).Apply(&spec); err != nil || len(file.Values) != len(All()) {
		t.Errorf("%v: %+v", err, file.Values)
	}
	spec.Clusters, spec.Subnets, spec.SecurityGroups = nil, nil, nil // empty and nil are the same
	if !reflect.DeepEqual(spec, Defaults("")) {
		t.Errorf("%+v", spec)
	}
}
