package scenario_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/localaws"
)

// ending is how a run ends during a call.
type ending string

const (
	callRefused  ending = "refused"       // permission denied, for this call from here on
	callLost     ending = "lost"          // the network fails before the call takes effect, and stays down
	responseLost ending = "response lost" // the call takes effect; the response is lost and the network stays down
)

func endings() []ending { return []ending{callRefused, callLost, responseLost} }

// point is a call in a command at which a run ends. Concurrent calls have no order, so a point is the n-th
// call of its kind.
type point struct {
	call string // "iam:CreateRole"
	nth  int
	how  ending
}

func (p point) String() string { return fmt.Sprintf("%s#%d %s", p.call, p.nth, p.how) }

// everyPoint returns each of a run's calls with each ending. The reading ones come before the first write.
// The list of roles and the account's limits are not needed then and come later.
func everyPoint(calls []localaws.Call) (reading, writing []point) {
	seen := map[string]int{}
	looked := false
	for _, call := range calls {
		looked = looked || call.String() == "iam:ListRoles" || call.String() == "lambda:GetAccountSettings" || call.Write() && call.Service != "sts"
		seen[call.String()]++
		for _, how := range endings() {
			p := point{call.String(), seen[call.String()], how}
			if looked {
				writing = append(writing, p)
			} else {
				reading = append(reading, p)
			}
		}
	}
	return reading, writing
}

// failure is a point whose call has not been made yet.
type failure struct {
	point
	seen    int
	reached bool
	remove  func()
}

// failAt makes the next run end at this point, until it is removed.
func (a *account) failAt(p point) *failure {
	b := &failure{point: p}
	var faults []localaws.Fault
	switch p.how {
	case callRefused:
		faults = append(faults, localaws.Fault{Deny: true, Match: func(c localaws.Call) bool {
			b.matches(c)
			return b.reached && c.String() == p.call
		}})
	case callLost:
		faults = append(faults, localaws.Fault{Lose: true, Match: func(c localaws.Call) bool {
			b.matches(c)
			return b.reached
		}})
	case responseLost: // the call itself takes effect; the second one fails
		faults = append(faults,
			localaws.Fault{Lose: true, Match: func(localaws.Call) bool { return b.reached }},
			localaws.Fault{Drop: true, Match: b.matches})
	}
	var ends []func()
	for _, fault := range faults {
		ends = append(ends, a.Inject(fault))
	}
	b.remove = func() {
		for _, end := range ends {
			end()
		}
	}
	return b
}

// matches counts the call and reports whether it is the point.
func (b *failure) matches(c localaws.Call) bool {
	if c.String() != b.call {
		return false
	}
	b.seen++
	b.reached = b.reached || b.seen == b.nth
	return b.seen == b.nth
}

// done returns the writes of a run that took effect. Two runs of a command with the same writes have led to
// the same state.
func (b *failure) done(calls []localaws.Call) string {
	var writes []string
	cut := false
	for _, call := range calls {
		took := call.Code == "" || b.how == responseLost && !cut && call.Code == "(response lost)"
		cut = cut || call.Code == "(response lost)"
		if took && call.Write() && call.Service != "sts" {
			writes = append(writes, call.String())
		}
	}
	slices.Sort(writes)
	return strings.Join(writes, " ")
}
