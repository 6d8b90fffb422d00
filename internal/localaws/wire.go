package localaws

import (
	"encoding/json"
	"net/http"
	"strings"
)

// wire is one of the protocols of AWS services.
type wire interface {
	// target determines the service and the action of a request.
	target(c *call) error
	// decode decodes the request's input.
	decode(c *call, in any) error
	answer(w http.ResponseWriter, c *call, out any)
	refuse(w http.ResponseWriter, c *call, e *Error)
}

// wireOf identifies the protocol of a request.
func wireOf(r *http.Request) wire {
	switch {
	case r.Header.Get("X-Amz-Target") != "":
		return jsonWire{}
	case strings.HasPrefix(r.URL.Path, "/service/"):
		return cborWire{}
	case strings.Contains(r.Header.Get("Authorization"), "/ec2/aws4_request"):
		return ec2Wire{}
	case strings.HasPrefix(r.URL.Path, "/20"), r.URL.Path == "/listRegions":
		return restWire{}
	}
	return queryWire{}
}

// jsonWire is AWS JSON 1.1: the action in a header, everything else in the body. EventBridge, Logs and ECS
// use it.
type jsonWire struct{}

func (jsonWire) target(c *call) error {
	prefix, name, _ := strings.Cut(c.request.Header.Get("X-Amz-Target"), ".")
	c.record.Action = name
	switch prefix {
	case "AWSEvents":
		c.record.Service = "events"
	case "Logs_20140328":
		c.record.Service = "logs"
	case "AmazonEC2ContainerServiceV20141113":
		c.record.Service = "ecs"
	case "AmazonEC2ContainerRegistry_V20150921":
		c.record.Service = "ecr"
	case "AmazonSQS":
		c.record.Service = "sqs"
	case "AnyScaleFrontendService":
		c.record.Service = "application-autoscaling"
	case "ServiceQuotasV20190624":
		c.record.Service = "servicequotas"
	case "ResourceGroupsTaggingAPI_20170126":
		c.record.Service = "tag"
	}
	return nil
}

func (jsonWire) decode(c *call, in any) error {
	if len(c.body) == 0 {
		return nil
	}
	if err := json.Unmarshal(c.body, in); err != nil {
		return refuse("SerializationException", "%v", err)
	}
	return nil
}

func (jsonWire) answer(w http.ResponseWriter, _ *call, out any) {
	if out == nil {
		out = struct{}{}
	}
	writeJSON(w, "application/x-amz-json-1.1", http.StatusOK, out)
}

func (jsonWire) refuse(w http.ResponseWriter, _ *call, e *Error) {
	writeJSON(w, "application/x-amz-json-1.1", e.status(), map[string]string{"__type": e.Code, "message": e.Message})
}

// restWire is REST JSON: the action follows from method and path. Lambda and Account Management use it.
type restWire struct{}

// responder is a response of a REST API that is more than a JSON body.
type responder interface {
	respond(w http.ResponseWriter)
}

func (restWire) target(c *call) error {
	c.record.Service = "lambda"
	segments := strings.Split(strings.Trim(c.request.URL.EscapedPath(), "/"), "/")
	for _, t := range c.server.routes {
		if values, ok := t.match(c.request.Method, segments); ok {
			c.record.Service, c.record.Action, c.params = t.service, t.action, values
			for name, v := range c.request.URL.Query() {
				c.params[name] = v[0]
				if name == "tagKeys" { // the only list
					c.params[name] = v
				}
			}
			return nil
		}
	}
	c.record.Action = c.request.Method + " " + c.request.URL.Path
	return nil
}

// decode sets the members from the body, then those from path and query.
func (restWire) decode(c *call, in any) error {
	if len(c.body) > 0 && c.record.Action != "Invoke" { // the body of an invocation is the payload itself
		if err := json.Unmarshal(c.body, in); err != nil {
			return refuse("InvalidRequestContentException", "Could not parse request body into json: %v", err)
		}
	}
	return fill(in, c.params)
}

// fill sets an input's members from values.
func fill(in, values any) error {
	text, err := json.Marshal(values)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, in)
}

func (restWire) answer(w http.ResponseWriter, c *call, out any) {
	if r, ok := out.(responder); ok {
		r.respond(w)
		return
	}
	status := http.StatusOK
	for _, t := range c.server.routes {
		if t.action == c.record.Action {
			status = t.success
		}
	}
	if status == http.StatusNoContent {
		w.WriteHeader(status)
		return
	}
	writeJSON(w, "application/json", status, out)
}

func (restWire) refuse(w http.ResponseWriter, _ *call, e *Error) {
	kind, key := "User", "message"
	switch e.Code { // the only modelled errors with a capital M
	case "ResourceNotFoundException", "ServiceException":
		key = "Message"
	}
	if e.status() >= http.StatusInternalServerError {
		kind = "Service"
	}
	w.Header().Set("X-Amzn-Errortype", e.Code)
	writeJSON(w, "application/json", e.status(), map[string]string{"Type": kind, key: e.Message})
}

// writeJSON writes v with the headers of every AWS response.
func writeJSON(w http.ResponseWriter, contentType string, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil { // a bug in this package: no input can cause it
		status, body = http.StatusInternalServerError, []byte(`{"__type":"InternalFailure"}`)
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("X-Amzn-Requestid", newID())
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may have disconnected
}
