package lambda

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
	"github.com/spothandler/spothandler/internal/localaws/sandbox"
)

// invokeAnswer is a response with headers and a raw body.
type invokeAnswer struct {
	status  int
	payload json.RawMessage
	failed  bool
	tail    string
}

func (a invokeAnswer) Respond(w http.ResponseWriter) {
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
		return invokeAnswer{status: http.StatusAccepted}, nil
	case "DryRun":
		return invokeAnswer{status: http.StatusNoContent}, nil
	}
	out, tail, err := f.run(sandbox.Event{ID: api.NewID(), Payload: payload, ClientContext: string(clientContext)})
	if err != nil {
		return nil, err
	}
	if !strings.EqualFold(c.HTTP.Header.Get("X-Amz-Log-Type"), "Tail") {
		tail = ""
	}
	return invokeAnswer{status: http.StatusOK, payload: out.Payload, failed: out.Failed(), tail: tail}, nil
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

// invocable returns an error while the function is not ready, or if it could not read its environment.
func (f *function) invocable() error {
	if conf := f.view(); conf.State != "Active" {
		return conflict("The operation cannot be performed at this time. The function is currently in the following state: %s", conf.State)
	}
	if f.conf.Environment != nil && f.service.needs.Roles.RoleID(f.conf.Role) != f.roleID {
		return api.Refuse("KMSAccessDeniedException", "Lambda was unable to decrypt the environment variables because KMS access was denied. Please check the function's KMS key settings.")
	}
	return nil
}

// reserve reserves one execution, or returns Lambda's throttling error.
func (f *function) reserve() error {
	running, places := f.service.unreserved()
	if f.reserved != nil {
		running, places = f.running, *f.reserved
	}
	if running >= places {
		return api.Refuse("TooManyRequestsException", "Rate Exceeded.")
	}
	f.running++
	return nil
}

// unreserved counts the executions of functions without reserved concurrency, and the executions that they
// share.
func (s *Service) unreserved() (running, places int) {
	for _, f := range s.functions {
		if f.reserved == nil {
			running += f.running
		}
	}
	return running, s.host.opts.Concurrency - s.reservedElsewhere(nil)
}

// enqueue invokes the function asynchronously, according to its configuration. The lock must be held.
func (f *function) enqueue(payload json.RawMessage, clientContext string) {
	e := sandbox.Event{ID: api.NewID(), Payload: payload, ClientContext: clientContext}
	retries, age := 2, 6*time.Hour
	if f.async != nil {
		api.Set(&retries, f.async.MaximumRetryAttempts)
		if f.async.MaximumEventAgeInSeconds != nil {
			age = time.Duration(*f.async.MaximumEventAgeInSeconds) * time.Second
		}
	}
	f.service.region.Server.Background(func() { f.deliver(e, retries, time.Now().Add(age)) })
}

// deliver runs the event until it succeeds, has no retries left, or is too old. Throttling does not count as
// a retry: it waits 1 s, doubling each time up to 5 minutes. After a failure it waits [Delays].AsyncRetry,
// doubling each time.
func (f *function) deliver(e sandbox.Event, retries int, until time.Time) {
	s := f.service.region.Server
	backoff, failed := time.Second, 0
	var out sandbox.Outcome
	for time.Now().Before(until) {
		var err error
		out, _, err = f.run(e)
		switch {
		case err != nil:
			if !s.Sleep(backoff) {
				return
			}
			backoff = min(2*backoff, 5*time.Minute)
			continue
		case !out.Failed():
			return
		case failed >= retries:
			f.giveUp(e, out, "RetriesExhausted", failed+1)
			return
		}
		failed++
		if !s.Sleep(s.Options.Delays.AsyncRetry << (failed - 1)) {
			return
		}
	}
	f.giveUp(e, out, "EventAgeExceeded", failed)
}

// giveUp sends the event to the function's destination for failures.
func (f *function) giveUp(e sandbox.Event, out sandbox.Outcome, condition string, attempts int) {
	f.service.region.Server.Lock()
	defer f.service.region.Server.Unlock()
	if f.async == nil {
		return
	}
	record := api.Obj{
		"version": "1.0", "timestamp": time.Now().UTC().Format("2006-01-02T15:04:05.000Z"), "requestPayload": e.Payload,
		"requestContext": api.Obj{
			"requestId": e.ID, "functionArn": f.conf.FunctionArn + ":$LATEST", "condition": condition, "approximateInvokeCount": attempts,
		},
	}
	if attempts > 0 {
		record["responseContext"] = api.Obj{"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}
		record["responsePayload"] = out.Payload
	}
	if body, err := json.Marshal(record); err == nil {
		f.service.needs.Destinations.Send(f.async.DestinationConfig.OnFailure.Destination, body)
	}
}

// Deliver invokes a function asynchronously with an event of an EventBridge rule, if its resource policy allows it, and
// reports whether it does. The lock must be held.
func (s *Service) Deliver(function, rule string, event json.RawMessage) bool {
	f := s.named((&lambdaInput{FunctionName: function}).name())
	if f == nil || f.conf.FunctionArn != strings.TrimSuffix(function, ":$LATEST") || !f.allows("events.amazonaws.com", rule) {
		return false
	}
	f.enqueue(event, "")
	return true
}

// Permits reports whether a function exists and its resource policy allows a service to invoke it on behalf of a
// resource. The lock must be held.
func (s *Service) Permits(function, service, source string) bool {
	f := s.named((&lambdaInput{FunctionName: function}).name())
	return f != nil && f.allows(service, source)
}
