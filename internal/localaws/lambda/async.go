package lambda

import (
	"encoding/json"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
	"github.com/spothandler/spothandler/internal/localaws/sandbox"
)

func (s *Service) putEventInvokeConfig(f *function, in *lambdaInput) (any, error) {
	if in.MaximumRetryAttempts == nil && in.MaximumEventAgeInSeconds == nil && in.DestinationConfig == nil {
		return nil, invalidParameter("You must specify at least one of error handling or destination setting.")
	}
	if err := in.DestinationConfig.check(f); err != nil {
		return nil, err
	}
	f.async = &asyncConfig{
		LastModified: api.Epoch(time.Now()), FunctionArn: f.conf.FunctionArn + ":$LATEST",
		MaximumRetryAttempts: in.MaximumRetryAttempts, MaximumEventAgeInSeconds: in.MaximumEventAgeInSeconds,
	}
	api.Set(&f.async.DestinationConfig, in.DestinationConfig)
	return f.async, nil
}

// configured is find for a function with an asynchronous configuration.
func (s *Service) configured(in *lambdaInput) (*function, error) {
	f, err := s.find(in)
	if err == nil && f.async == nil {
		err = notFound("The function %s:$LATEST doesn't have an EventInvokeConfig", f.conf.FunctionArn)
	}
	return f, err
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
