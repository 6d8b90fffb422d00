package lambda

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/spothandler/spothandler/internal/localaws/api"
	"github.com/spothandler/spothandler/internal/localaws/sandbox"
)

// invokeResponse is a response with headers and a raw body.
type invokeResponse struct {
	status  int
	payload json.RawMessage
	failed  bool
	tail    string
}

func (a invokeResponse) Respond(w http.ResponseWriter) {
	w.Header().Set("X-Amzn-Requestid", api.NewID())
	w.Header().Set("X-Amz-Executed-Version", "$LATEST")
	w.Header().Set("Content-Type", "application/json")
	if a.failed {
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
	}
	if a.tail != "" {
		w.Header().Set("X-Amz-Log-Result", base64.StdEncoding.EncodeToString([]byte(a.tail)))
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.payload)
}

func (s *Service) invoke(c *api.Request, in *lambdaInput) (any, error) {
	payload := json.RawMessage(c.Body)
	if len(payload) == 0 {
		payload = json.RawMessage("{}")
	}
	if !json.Valid(payload) {
		return nil, api.Refuse("InvalidRequestContentException", "Could not parse request body into json: could not parse payload into json")
	}
	clientContext, err := base64.StdEncoding.DecodeString(c.HTTP.Header.Get("X-Amz-Client-Context"))
	if err != nil || len(clientContext) > 0 && !json.Valid(clientContext) {
		return nil, api.Refuse("InvalidRequestContentException", "Client context must be a valid Base64-encoded JSON object.")
	}
	f, err := s.invoked(in)
	if err != nil {
		return nil, err
	}
	switch c.HTTP.Header.Get("X-Amz-Invocation-Type") {
	case "Event":
		c.Server.Lock()
		defer c.Server.Unlock()
		f.enqueue(payload, string(clientContext))
		return invokeResponse{status: http.StatusAccepted}, nil
	case "DryRun":
		return invokeResponse{status: http.StatusNoContent}, nil
	}
	out, tail, err := f.run(sandbox.Event{ID: api.NewID(), Payload: payload, ClientContext: string(clientContext)})
	if err != nil {
		return nil, err
	}
	if !strings.EqualFold(c.HTTP.Header.Get("X-Amz-Log-Type"), "Tail") {
		tail = ""
	}
	return invokeResponse{status: http.StatusOK, payload: out.Payload, failed: out.Failed(), tail: tail}, nil
}

// invoked is find for an invocation.
func (s *Service) invoked(in *lambdaInput) (*function, error) {
	s.region.Server.Lock()
	defer s.region.Server.Unlock()
	f, err := s.find(in)
	if err != nil {
		return nil, err
	}
	return f, f.invocable()
}

// Deliver invokes a function asynchronously with an event of an EventBridge rule, if its resource policy allows it, and
// reports whether it does. The lock must be held.
func (s *Service) Deliver(function, rule string, event json.RawMessage) bool {
	f := s.named((&lambdaInput{FunctionName: function}).name())
	if f == nil || f.conf.FunctionArn != strings.TrimSuffix(function, ":$LATEST") || !s.allows(f, "events.amazonaws.com", rule) {
		return false
	}
	f.enqueue(event, "")
	return true
}

// Permits reports whether a function exists and its resource policy allows a service to invoke it on behalf of a
// resource. The lock must be held.
func (s *Service) Permits(function, service, source string) bool {
	f := s.named((&lambdaInput{FunctionName: function}).name())
	return f != nil && s.allows(f, service, source)
}

func (s *Service) allows(f *function, service, source string) bool {
	return f.policy.allows(service, source, s.region.Server.Options.Account)
}
