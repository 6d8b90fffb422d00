package api

import (
	"cmp"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// queryWire is AWS Query: a form in, XML out. IAM, STS and SNS use it.
type queryWire struct{}

// target converts "Tags.member.1.Key=a" to the equivalent of {"Tags":[{"Key":"a"}]}.
func (queryWire) target(c *message) error {
	form, err := readForm(c)
	if err != nil {
		return err
	}
	c.Record.Action = cmp.Or(form.Get("Action"), c.HTTP.Method+" "+c.HTTP.URL.Path)
	return nil
}

func (queryWire) decode(c *message, in any) error {
	if err := fill(in, lists(c.Params)); err != nil {
		return Refuse("MalformedInput", "%v", err)
	}
	return nil
}

// readForm reads the form in the body, and plants its values in the request's parameters.
func readForm(c *message) (url.Values, error) {
	form, err := url.ParseQuery(string(c.Body))
	if err != nil {
		return nil, Refuse("MalformedQueryString", "%v", err)
	}
	c.Params = Obj{}
	for key, values := range form {
		plant(c.Params, strings.Split(key, "."), values[0])
	}
	return form, nil
}

// plant sets value at path in a tree of maps.
func plant(tree Obj, path []string, value string) {
	for _, step := range path[:len(path)-1] {
		next, ok := tree[step].(Obj)
		if !ok {
			next = Obj{}
			tree[step] = next
		}
		tree = next
	}
	tree[path[len(path)-1]] = value
}

// lists replaces {"member":{"1":a,"2":b}} with [a,b], recursively.
func lists(v any) any {
	tree, ok := v.(Obj)
	if !ok {
		return v
	}
	members, ok := tree["member"].(Obj)
	if !ok {
		for key, child := range tree {
			tree[key] = lists(child)
		}
		return tree
	}
	keys := make([]int, 0, len(members))
	for key := range members {
		n, _ := strconv.Atoi(key)
		keys = append(keys, n)
	}
	slices.Sort(keys)
	list := make([]any, 0, len(keys))
	for _, n := range keys {
		list = append(list, lists(members[strconv.Itoa(n)]))
	}
	return list
}

// respond writes <ActionResponse><ActionResult>; the result may be any JSON value.
func (queryWire) respond(w http.ResponseWriter, c *message, out any) {
	name := c.Record.Action
	var b strings.Builder
	fmt.Fprintf(&b, `<%sResponse xmlns="%s">`, name, namespace(c))
	if out != nil {
		element(&b, name+"Result", plain(out))
	}
	element(&b, "ResponseMetadata", Obj{"RequestId": NewID()})
	fmt.Fprintf(&b, "</%sResponse>", name)
	writeXML(w, http.StatusOK, b.String())
}

func (queryWire) refuse(w http.ResponseWriter, c *message, e *Error) {
	kind := "Sender"
	if e.status() >= http.StatusInternalServerError {
		kind = "Receiver"
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<ErrorResponse xmlns="%s">`, namespace(c))
	element(&b, "Error", Obj{"Type": kind, "Code": e.Code, "Message": e.Message})
	element(&b, "RequestId", NewID())
	b.WriteString("</ErrorResponse>")
	writeXML(w, e.status(), b.String())
}

// plain converts a value to maps, lists and scalars, via JSON.
func plain(v any) any {
	var tree any
	text, err := json.Marshal(v)
	if err == nil {
		err = decodeJSON(string(text), &tree)
	}
	if err != nil { // a bug in this package
		return err.Error()
	}
	return tree
}

// decodeJSON keeps numbers as written.
func decodeJSON(text string, v any) error {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	return d.Decode(v)
}

// element writes a value as XML: members by name, a list as elements named member.
func element(b *strings.Builder, name string, v any) {
	b.WriteString("<" + name + ">")
	switch v := v.(type) {
	case Obj:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			element(b, key, v[key])
		}
	case []any:
		for _, e := range v {
			element(b, "member", e)
		}
	case nil:
	default:
		_ = xml.EscapeText(b, []byte(fmt.Sprint(v))) // writing to a builder cannot fail
	}
	b.WriteString("</" + name + ">")
}

func namespace(c *message) string {
	switch c.Record.Service {
	case "sts":
		return "https://sts.amazonaws.com/doc/2011-06-15/"
	case "elasticloadbalancing":
		return "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"
	case "sns":
		return "http://sns.amazonaws.com/doc/2010-03-31/"
	}
	return "https://iam.amazonaws.com/doc/2010-05-08/"
}

func writeXML(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}
