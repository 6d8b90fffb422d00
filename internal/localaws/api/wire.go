package api

import (
	"encoding/json"
	"net/http"
	"strings"
)

// message is a request as the wire protocols see it.
type message struct {
	HTTP   *http.Request
	Body   []byte
	Params Obj  // a query's members, or those in a REST call's path and query
	Record Call // service and action are set by the protocol
	routes []route
}

// wire is one of the protocols of AWS services.
type wire interface {
	// target determines the service and the action of a request.
	target(c *message) error
	// decode decodes the request's input.
	decode(c *message, in any) error
	respond(w http.ResponseWriter, c *message, out any)
	refuse(w http.ResponseWriter, c *message, e *Error)
}

// jsonWire is AWS JSON 1.1: the action in a header, everything else in the body. EventBridge, Logs and ECS
// use it.
type jsonWire struct{}

func (jsonWire) target(c *message) error {
	prefix, name, _ := strings.Cut(c.HTTP.Header.Get("X-Amz-Target"), ".")
	c.Record.Action = name
	switch prefix {
	case "AWSEvents":
		c.Record.Service = "events"
	case "Logs_20140328":
		c.Record.Service = "logs"
	case "AmazonEC2ContainerServiceV20141113":
		c.Record.Service = "ecs"
	case "AmazonEC2ContainerRegistry_V20150921":
		c.Record.Service = "ecr"
	case "AmazonSQS":
		c.Record.Service = "sqs"
	case "AnyScaleFrontendService":
		c.Record.Service = "application-autoscaling"
	case "ServiceQuotasV20190624":
		c.Record.Service = "servicequotas"
	case "ResourceGroupsTaggingAPI_20170126":
		c.Record.Service = "tag"
	}
	return nil
}

func (jsonWire) decode(c *message, in any) error {
	if len(c.Body) == 0 {
		return nil
	}
	if err := json.Unmarshal(c.Body, in); err != nil {
		return Refuse("SerializationException", "%v", err)
	}
	return nil
}

func (jsonWire) respond(w http.ResponseWriter, _ *message, out any) {
	if out == nil {
		out = struct{}{}
	}
	WriteJSON(w, "application/x-amz-json-1.1", http.StatusOK, out)
}

func (jsonWire) refuse(w http.ResponseWriter, _ *message, e *Error) {
	WriteJSON(w, "application/x-amz-json-1.1", e.status(), map[string]string{"__type": e.Code, "message": e.Message})
}

// restWire is REST JSON: the action follows from method and path. Lambda and Account Management use it.
type restWire struct{}

// responder is a response of a REST API that is more than a JSON body.
type responder interface {
	Respond(w http.ResponseWriter)
}

func (restWire) target(c *message) error {
	c.Record.Service = "lambda"
	segments := strings.Split(strings.Trim(c.HTTP.URL.EscapedPath(), "/"), "/")
	for _, t := range c.routes {
		if values, ok := t.match(c.HTTP.Method, segments); ok {
			c.Record.Service, c.Record.Action, c.Params = t.service, t.action, values
			for name, v := range c.HTTP.URL.Query() {
				c.Params[name] = v[0]
				if name == "tagKeys" { // the only list
					c.Params[name] = v
				}
			}
			return nil
		}
	}
	c.Record.Action = c.HTTP.Method + " " + c.HTTP.URL.Path
	return nil
}

// decode sets the members from the body, then those from path and query.
func (restWire) decode(c *message, in any) error {
	if len(c.Body) > 0 && c.Record.Action != "Invoke" { // the body of an invocation is the payload itself
		if err := json.Unmarshal(c.Body, in); err != nil {
			return Refuse("InvalidRequestContentException", "Could not parse request body into json: %v", err)
		}
	}
	return fill(in, c.Params)
}

// fill sets an input's members from values.
func fill(in, values any) error {
	text, err := json.Marshal(values)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, in)
}

func (restWire) respond(w http.ResponseWriter, c *message, out any) {
	if r, ok := out.(responder); ok {
		r.Respond(w)
		return
	}
	status := http.StatusOK
	for _, t := range c.routes {
		if t.action == c.Record.Action {
			status = t.success
		}
	}
	if status == http.StatusNoContent {
		w.WriteHeader(status)
		return
	}
	WriteJSON(w, "application/json", status, out)
}

func (restWire) refuse(w http.ResponseWriter, _ *message, e *Error) {
	kind, key := "User", "message"
	switch e.Code { // the only errors in the API model with a capital M
	case "ResourceNotFoundException", "ServiceException":
		key = "Message"
	}
	if e.status() >= http.StatusInternalServerError {
		kind = "Service"
	}
	w.Header().Set("X-Amzn-Errortype", e.Code)
	WriteJSON(w, "application/json", e.status(), map[string]string{"Type": kind, key: e.Message})
}

// WriteJSON writes v with the headers of every AWS response.
func WriteJSON(w http.ResponseWriter, contentType string, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil { // a bug in this package: no input can cause it
		status, body = http.StatusInternalServerError, []byte(`{"__type":"InternalFailure"}`)
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("X-Amzn-Requestid", NewID())
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may have disconnected
}
