package localaws

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// queryWire is AWS Query: a form in, XML out. IAM and STS speak it.
type queryWire struct{}

func (queryWire) target(c *call) error {
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return refuse("MalformedQueryString", "%v", err)
	}
	c.record.Action = form.Get("Action")
	return nil
}

// decode makes of "Tags.member.1.Key=a" what JSON would say as {"Tags":[{"Key":"a"}]}, and reads that.
func (queryWire) decode(c *call, in any) error {
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return refuse("MalformedQueryString", "%v", err)
	}
	tree := map[string]any{}
	for key, values := range form {
		plant(tree, strings.Split(key, "."), values[0])
	}
	text, err := json.Marshal(lists(tree))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, in); err != nil {
		return refuse("MalformedInput", "%v", err)
	}
	return nil
}

// plant puts value at path into a tree of maps.
func plant(tree map[string]any, path []string, value string) {
	for _, step := range path[:len(path)-1] {
		next, ok := tree[step].(map[string]any)
		if !ok {
			next = map[string]any{}
			tree[step] = next
		}
		tree = next
	}
	tree[path[len(path)-1]] = value
}

// lists replaces {"member":{"1":a,"2":b}} with [a,b], at every depth.
func lists(v any) any {
	tree, ok := v.(map[string]any)
	if !ok {
		return v
	}
	members, ok := tree["member"].(map[string]any)
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

type queryMetadata struct {
	RequestID string `xml:"RequestId"`
}

// queryAnswer is the envelope <ActionResponse><ActionResult>.
type queryAnswer struct {
	XMLName  xml.Name
	Space    string `xml:"xmlns,attr"`
	Result   queryResult
	Metadata queryMetadata `xml:"ResponseMetadata"`
}

type queryResult struct {
	name string
	out  any
}

// MarshalXML names the element after the action.
func (r queryResult) MarshalXML(e *xml.Encoder, _ xml.StartElement) error {
	if r.out == nil {
		return nil
	}
	return e.EncodeElement(r.out, xml.StartElement{Name: xml.Name{Local: r.name}})
}

func (queryWire) answer(w http.ResponseWriter, c *call, out any) {
	writeXML(w, http.StatusOK, queryAnswer{
		XMLName:  xml.Name{Local: c.record.Action + "Response"},
		Space:    namespace(c),
		Result:   queryResult{name: c.record.Action + "Result", out: out},
		Metadata: queryMetadata{RequestID: newID()},
	})
}

type queryError struct {
	XMLName   xml.Name `xml:"ErrorResponse"`
	Space     string   `xml:"xmlns,attr"`
	Type      string   `xml:"Error>Type"`
	Code      string   `xml:"Error>Code"`
	Message   string   `xml:"Error>Message"`
	RequestID string   `xml:"RequestId"`
}

func (queryWire) refuse(w http.ResponseWriter, c *call, e *Error) {
	kind := "Sender"
	if e.status() >= http.StatusInternalServerError {
		kind = "Receiver"
	}
	writeXML(w, e.status(), queryError{Space: namespace(c), Type: kind, Code: e.Code, Message: e.Message, RequestID: newID()})
}

func namespace(c *call) string {
	if c.record.Service == "sts" {
		return "https://sts.amazonaws.com/doc/2011-06-15/"
	}
	return "https://iam.amazonaws.com/doc/2010-05-08/"
}

func writeXML(w http.ResponseWriter, status int, v any) {
	body, err := xml.Marshal(v)
	if err != nil { // a mistake in this package
		status, body = http.StatusInternalServerError, []byte(xml.Header)
	}
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
