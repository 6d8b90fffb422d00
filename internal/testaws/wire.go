package testaws

import (
	"net/http"
	"net/url"
	"strings"
)

// Call is one call as seen on the wire.
type Call struct {
	Service string // as in an IAM action: iam, sts, lambda, logs, events, ecs, tag, account
	Action  string // the API's name: PutRule
	Status  int    // of the response; 0 if there was none
}

// String returns the call as an IAM action: "events:PutRule".
func (c Call) String() string { return c.Service + ":" + c.Action }

// Write reports whether the call could change something. STS has no state.
func (c Call) Write() bool {
	if c.Service == "sts" {
		return false
	}
	for _, reading := range []string{"Get", "List", "Describe", "Filter", "Test"} {
		if strings.HasPrefix(c.Action, reading) {
			return false
		}
	}
	return true
}

// nameCall determines which call a request is: the service from the scope of its signature, the action from
// the header of the JSON protocols, the form of the query protocol, or the method and path of Lambda's REST
// API.
func nameCall(r *http.Request, body []byte) Call {
	c := Call{Service: serviceOf(r)}
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		_, c.Action, _ = strings.Cut(target, ".")
		return c
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		form, _ := url.ParseQuery(string(body)) // the service reports invalid forms
		c.Action = form.Get("Action")
		return c
	}
	if c.Service == "account" {
		c.Action = strings.ToUpper(r.URL.Path[1:2]) + r.URL.Path[2:] // "/listRegions"
		return c
	}
	c.Action = lambdaAction(r.Method, r.URL.Path)
	return c
}

// serviceOf takes the service from Authorization: ... Credential=KEY/date/region/service/aws4_request.
func serviceOf(r *http.Request) string {
	_, scope, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	if parts := strings.Split(scope, "/"); len(parts) > 3 {
		return strings.Replace(parts[3], "tagging", "tag", 1) // IAM's prefix
	}
	return "unsigned"
}

// lambdaAction names a call of Lambda's REST API; calls that are not in the table are named by method and
// path.
func lambdaAction(method, path string) string {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	shape := method
	switch {
	case len(parts) < 2:
	case parts[1] == "functions" && len(parts) > 3:
		shape += " function/" + parts[3]
	case parts[1] == "functions" && len(parts) == 3:
		shape += " function"
	default:
		shape += " " + parts[1]
	}
	actions := map[string]string{
		"POST functions":                      "CreateFunction",
		"GET functions":                       "ListFunctions",
		"GET function":                        "GetFunction",
		"DELETE function":                     "DeleteFunction",
		"GET function/configuration":          "GetFunctionConfiguration",
		"PUT function/configuration":          "UpdateFunctionConfiguration",
		"PUT function/code":                   "UpdateFunctionCode",
		"POST function/policy":                "AddPermission",
		"GET function/policy":                 "GetPolicy",
		"DELETE function/policy":              "RemovePermission",
		"PUT function/concurrency":            "PutFunctionConcurrency",
		"GET function/concurrency":            "GetFunctionConcurrency",
		"DELETE function/concurrency":         "DeleteFunctionConcurrency",
		"PUT function/event-invoke-config":    "PutFunctionEventInvokeConfig",
		"GET function/event-invoke-config":    "GetFunctionEventInvokeConfig",
		"DELETE function/event-invoke-config": "DeleteFunctionEventInvokeConfig",
		"GET function/urls":                   "ListFunctionUrlConfigs",
		"GET function/code-signing-config":    "GetFunctionCodeSigningConfig",
		"GET event-source-mappings":           "ListEventSourceMappings",
		"DELETE event-source-mappings":        "DeleteEventSourceMapping",
		"POST tags":                           "TagResource",
		"GET tags":                            "ListTags",
		"DELETE tags":                         "UntagResource",
		"GET account-settings":                "GetAccountSettings",
	}
	if action, known := actions[shape]; known {
		return action
	}
	return method + " " + path
}
