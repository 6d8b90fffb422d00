package settings

import (
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Every field of the Spec is restored from the record: a new field that the record omits fails here.
func TestRecordRoundTrip(t *testing.T) {
	spec := Defaults("prod")
	fill(reflect.ValueOf(&spec).Elem())
	spec.Prefix, spec.Cooldown = "prod", 90*time.Second
	text, err := NewRecord(spec, "1.2.3", "hash").Encode()
	if err != nil {
		t.Fatal(err)
	}
	record := ParseRecord(text)
	if record == nil {
		t.Fatalf("%s is no record", text)
	}
	back := record.Spec("prod")
	back.Tags, _ = RecoverTags(record.TagMarks, spec.Tags)
	back.Dropped, _ = RecoverTags(record.Untagged, spec.Dropped)
	back.RolePath = spec.RolePath // read from the role
	if !reflect.DeepEqual(back, spec) {
		t.Errorf("%+v\ncomes back as\n%+v", spec, back)
	}
	if record.Version != "1.2.3" || record.CodeSHA256 != "hash" {
		t.Errorf("%+v", record)
	}
}

// fill sets every exported field to a value other than its default.
func fill(v reflect.Value) {
	for i := range v.NumField() {
		if !v.Type().Field(i).IsExported() {
			continue
		}
		switch field := v.Field(i); field.Kind() {
		case reflect.String:
			field.SetString("other")
		case reflect.Int, reflect.Int64:
			field.SetInt(7)
		case reflect.Bool:
			field.SetBool(!field.Bool())
		case reflect.Map:
			field.Set(reflect.ValueOf(map[string]string{"other": "1"}))
		case reflect.Slice:
			if field.Type().Elem().Kind() == reflect.String {
				field.Set(reflect.ValueOf([]string{"other"}))
			}
		default:
			panic("fill knows no " + field.Kind().String())
		}
	}
}

// The exact text of the role's description, which later versions must be able to read.
func TestRecordText(t *testing.T) {
	spec := Defaults("prod")
	spec.Tags = map[string]string{"Team": "web"}
	spec.Clusters = []string{"shop"}
	text, err := NewRecord(spec, "1.0.0", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=").Encode()
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"spothandler":"1.0.0","function":"ecs-fargate-spot-handler","rule":"ecs-spot-interruption","state":"ENABLED",` +
		`"memory":128,"timeout":60,"concurrency":-1,"log":"INFO","days":14,"tags":"sUKP","arch":"arm64","clusters":["shop"],` +
		`"redeploy":"once","cooldown":300,"code":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="}`
	if text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
}

// The largest record: 44 tags being added, 44 being removed, and names of maximum length.
func TestRecordHasRoom(t *testing.T) {
	spec := Defaults("")
	spec.FunctionName, spec.RuleName = strings.Repeat("f", 64), strings.Repeat("r", 64)
	spec.Tags, spec.Dropped = map[string]string{}, map[string]string{}
	for i := range MaxTags {
		spec.Tags["in"+strconv.Itoa(i)], spec.Dropped["out"+strconv.Itoa(i)] = "1", "1"
	}
	text, err := NewRecord(spec, "10.20.30-rc.1", aCodeSHA256).Encode()
	if err != nil || len(text) > MaxRecord-200 {
		t.Errorf("%d characters leave too little for clusters, %v", len(text), err)
	}
}

// A description that is not ours, or is truncated, is not a record.
func TestParseRecord(t *testing.T) {
	const whole = `{"spothandler":"9.0.0","function":"fn","rule":"r","news":{"of":"a later version"}}`
	for text, want := range map[string]bool{
		"":                               false,
		"Executes the function":          false,
		"null":                           false,
		"[]":                             false,
		"{}":                             false,
		`{"spothandler":"1.0.0"}`:        false,
		`{"spothandler":1,"function":2}`: false,
		whole:                            true,
		whole[:len(whole)-1]:             false,
	} {
		if got := ParseRecord(text) != nil; got != want {
			t.Errorf("%q is a record: %t", text, got)
		}
	}
}
