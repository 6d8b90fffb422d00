package api

import (
	"sync"
	"time"
)

// journal holds the calls made and the injected faults.
type journal struct {
	mu     sync.Mutex
	calls  []*Call
	faults []*armed
}

// add adds a call to the list. The lock must be held.
func (j *journal) add(c Call) *Call {
	c.Time = time.Now()
	j.calls = append(j.calls, &c)
	return &c
}
