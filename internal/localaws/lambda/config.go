package lambda

import (
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// concurrency returns the reserved concurrency, or an empty response if there is none.
func (f *function) concurrency() api.Obj {
	if f.reserved == nil {
		return api.Obj{}
	}
	return api.Obj{"ReservedConcurrentExecutions": *f.reserved}
}

// reservedElsewhere returns what other functions of the Region have reserved.
func (s *Service) reservedElsewhere(but *function) int {
	sum := 0
	for _, f := range s.functions {
		if f != but && f.reserved != nil && !f.gone() {
			sum += *f.reserved
		}
	}
	return sum
}

func (s *Service) putFunctionConcurrency(f *function, in *lambdaInput) (any, error) {
	total := s.host.opts.Concurrency
	minimum := min(100, total)
	if total-s.reservedElsewhere(f)-*in.ReservedConcurrentExecutions < minimum {
		return nil, invalidParameter("Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [%d].", minimum)
	}
	f.reserved = in.ReservedConcurrentExecutions
	return f.concurrency(), nil
}

// asyncConfig is a function's configuration for asynchronous invocation.
type asyncConfig struct {
	LastModified             api.Epoch
	FunctionArn              string
	MaximumRetryAttempts     *int `json:",omitempty"`
	MaximumEventAgeInSeconds *int `json:",omitempty"`
	DestinationConfig        destinations
}

type destinations struct {
	OnSuccess, OnFailure struct {
		Destination string `json:",omitempty"`
	}
}

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

func (s *Service) getAccountSettings(c *api.Request, _ *lambdaInput) (any, error) {
	total := s.host.opts.Concurrency
	return api.Obj{"AccountLimit": api.Obj{
		"ConcurrentExecutions": total, "UnreservedConcurrentExecutions": total - s.reservedElsewhere(nil),
	}}, nil
}
