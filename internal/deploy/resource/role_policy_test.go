package resource

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/spothandler/spothandler/internal/deploy/deploytest"
	"github.com/spothandler/spothandler/internal/deploy/settings"
)

// The role's policy, word for word.
func TestRolePolicy(t *testing.T) {
	names := NewNames(deploytest.Identity(), "prod", "fn", "rule")
	const logs = `{"Sid":"Logs","Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],` +
		`"Resource":"arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/prod-fn:*"}`
	const services = `{"Sid":"Services","Effect":"Allow","Action":["ecs:DescribeServices","ecs:UpdateService"],` +
		`"Resource":"arn:aws:ecs:us-east-1:111122223333:service/*"`
	for _, test := range []struct {
		clusters  []string
		condition string
	}{
		{nil, ""},
		{[]string{"batch", "shop"}, `,"Condition":{"ArnEquals":{"ecs:cluster":["arn:aws:ecs:us-east-1:111122223333:cluster/batch","arn:aws:ecs:us-east-1:111122223333:cluster/shop"]}}`},
	} {
		want := `{"Version":"2012-10-17","Statement":[` + services + test.condition + "}," + logs + "]}"
		got, err := rolePolicy(names, settings.Spec{Clusters: test.clusters})
		if err != nil || got != want {
			t.Errorf("got\n%s\nwant\n%s\n%v", got, want, err)
		}
	}
	const trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	if got := trustPolicy(); got != trust {
		t.Errorf("the trust policy is %s", got)
	}
}

// sameDocument compares two JSON documents exactly, except for the order of keys.
func sameDocument(t *testing.T, got, want string) {
	t.Helper()
	var a, b any
	if err := json.Unmarshal([]byte(got), &a); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(want), &b); err != nil {
		t.Fatal(err)
	}
	if encodeJSON(a) != encodeJSON(b) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Equivalent documents have the same fields, however AWS formats them.
func TestEquivalentDocuments(t *testing.T) {
	for _, test := range []struct{ name, a, b string }{
		{"white space", `{"a": ["x", "y"]}`, "{\n\"a\":[\"x\",\"y\"]}"},
		{"order of keys", `{"a":"1","b":"2"}`, `{"b":"2","a":"1"}`},
		{"order of words", `{"a":["y","x"]}`, `{"a":["x","y"]}`},
		{"a list of one", `{"Statement":[{"Action":["x"]}]}`, `{"Statement":{"Action":"x"}}`},
		{"escapes", `{"a":"<>&"}`, `{"a":"\u003c\u003e\u0026"}`},
		{"numbers", `{"a":[1.0]}`, `{"a":1}`},
	} {
		if fields := compare(documentFields("", test.a), documentFields("", test.b), nil); len(fields) > 0 {
			t.Errorf("%s: %v", test.name, fields)
		}
	}
}

// A difference of two documents is reported by its path.
func TestDocumentFields(t *testing.T) {
	for _, test := range []struct {
		want, have string
		fields     []Field
	}{
		{`{"a":{"b":["x","y"]}}`, `{"a":{"b":["x"]}}`, []Field{{"p.a.b", "x", "[x, y]"}}},
		{`{"a":[{"Sid":"S","b":"x"},{"c":"y"}]}`, `{"a":[{"c":"y"},{"Sid":"S","b":"z"}]}`, []Field{{"p.a[S].b", "z", "x"}, {"p.a[1].c", "", "y"}, {"p.a[0].c", "y", ""}}},
		{`{"a":[{"b":"x"},{"c":"y"}]}`, `{"a":[{"b":"x"},{"c":"z"}]}`, []Field{{"p.a[1].c", "z", "y"}}},
		{`{"a":"x"}`, `{"a":"x","b":true}`, []Field{{"p.b", "true", ""}}},
		{`{"a":[]}`, `{}`, []Field{{"p.a", "", "[]"}}},
		{`{"a":"x"}`, ``, []Field{{"p.a", "", "x"}}},
		{`{"a":"x"}`, `broken`, []Field{{"p.a", "", "x"}, {"p", "broken", ""}}},
	} {
		got := compare(documentFields("p", test.want), documentFields("p", test.have), nil)
		if encodeJSON(got) != encodeJSON(test.fields) {
			t.Errorf("from %s to %s: %v", test.have, test.want, got)
		}
	}
}

// encodeJSON panics for values that cannot be encoded, which is a bug.
func TestEncodeJSONPanics(t *testing.T) {
	defer func() {
		if text, ok := recover().(string); !ok || !strings.HasPrefix(text, "encoding func()") {
			t.Errorf("%v", text)
		}
	}()
	encodeJSON(func() {})
}
