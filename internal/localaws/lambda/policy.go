package lambda

import (
	"encoding/json"
	"slices"

	"github.com/spothandler/spothandler/internal/localaws/policy"
)

// resourcePolicy is a function's resource policy.
type resourcePolicy []statement

// statement is one statement of a resource policy, in AWS's field order.
type statement struct {
	Sid       string
	Effect    string
	Principal any // "*" or a map
	Action    string
	Resource  string
	Condition map[string]map[string]string `json:",omitempty"`
}

// index returns the index of a statement, or -1.
func (p resourcePolicy) index(id string) int {
	return slices.IndexFunc(p, func(s statement) bool { return s.Sid == id })
}

// text returns the policy as a JSON document.
func (p resourcePolicy) text() string {
	text, err := json.Marshal(struct {
		Version   string
		ID        string `json:"Id"`
		Statement resourcePolicy
	}{"2012-10-17", "default", p})
	if err != nil { // cannot fail for strings
		return ""
	}
	return string(text)
}

// allows reports whether a service may invoke the function on behalf of a resource, in the function's account.
func (p resourcePolicy) allows(service, sourceARN, account string) bool {
	return slices.ContainsFunc(p, func(s statement) bool {
		principal, _ := s.Principal.(map[string]string)
		return principal["Service"] == service && (s.Action == "lambda:InvokeFunction" || s.Action == "lambda:*") &&
			(s.Condition["ArnLike"] == nil || policy.Like(s.Condition["ArnLike"]["AWS:SourceArn"], sourceARN)) &&
			(s.Condition["StringEquals"] == nil || s.Condition["StringEquals"]["AWS:SourceAccount"] == account)
	})
}
