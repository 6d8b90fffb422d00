package lambda

import (
	"github.com/spothandler/spothandler/internal/localaws/api"
)

// concurrency returns the reserved concurrency, or an empty response if there is none.
func (f *function) concurrency() api.Obj {
	if f.reserved == nil {
		return api.Obj{}
	}
	return api.Obj{"ReservedConcurrentExecutions": *f.reserved}
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

func (s *Service) getAccountSettings(c *api.Request, _ *lambdaInput) (any, error) {
	total := s.host.opts.Concurrency
	return api.Obj{"AccountLimit": api.Obj{
		"ConcurrentExecutions": total, "UnreservedConcurrentExecutions": total - s.reservedElsewhere(nil),
	}}, nil
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
