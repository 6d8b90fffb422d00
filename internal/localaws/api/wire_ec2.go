package api

import (
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// ec2Wire is EC2's variant of AWS Query: lists are numbered without "member" in requests, and consist of
// elements named item in responses, which have no result element.
type ec2Wire struct{}

func (ec2Wire) target(c *message) error {
	form, err := readForm(c)
	if err != nil {
		return err
	}
	c.Record.Service, c.Record.Action = "ec2", form.Get("Action")
	return nil
}

func (ec2Wire) decode(c *message, in any) error {
	if err := fill(in, numbered(c.Params)); err != nil {
		return Refuse("InvalidParameterValue", "%v", err)
	}
	return nil
}

// numbered replaces {"1":a,"2":b} with [a,b], recursively.
func numbered(v any) any {
	tree, ok := v.(Obj)
	if !ok {
		return v
	}
	list := make([]any, 0, len(tree))
	for i := range len(tree) {
		if child, there := tree[strconv.Itoa(i+1)]; there {
			list = append(list, numbered(child))
		}
	}
	if len(list) > 0 {
		return list
	}
	for key, child := range tree {
		tree[key] = numbered(child)
	}
	return tree
}

func (ec2Wire) respond(w http.ResponseWriter, c *message, out any) {
	var b strings.Builder
	fmt.Fprintf(&b, `<%sResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>%s</requestId>`, c.Record.Action, NewID())
	response, _ := plain(out).(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(response)) {
		item(&b, name, response[name])
	}
	fmt.Fprintf(&b, "</%sResponse>", c.Record.Action)
	writeXML(w, http.StatusOK, b.String())
}

func item(b *strings.Builder, name string, v any) {
	b.WriteString("<" + name + ">")
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			item(b, key, v[key])
		}
	case []any:
		for _, e := range v {
			item(b, "item", e)
		}
	default:
		_ = xml.EscapeText(b, []byte(fmt.Sprint(v))) // writing to a builder cannot fail
	}
	b.WriteString("</" + name + ">")
}

func (ec2Wire) refuse(w http.ResponseWriter, _ *message, e *Error) {
	var b strings.Builder
	b.WriteString("<Response><Errors><Error>")
	element(&b, "Code", e.Code)
	element(&b, "Message", e.Message)
	b.WriteString("</Error></Errors>")
	element(&b, "RequestID", NewID())
	b.WriteString("</Response>")
	writeXML(w, e.status(), b.String())
}
