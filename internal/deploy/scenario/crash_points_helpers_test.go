package scenario_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/localaws"
)

// ending is how a run comes to its end in the middle of a call.
type ending string

const (
	callRefused ending = "refused"    // the caller may not: no right for this call from here on
	callLost    ending = "lost"       // the network is gone before the call took effect, and stays gone
	answerLost  ending = "unanswered" // the call took effect; its answer is lost and the network with it
)

func endings() []ending { return []ending{callRefused, callLost, answerLost} }

// point is a place in a command where a run ends. Calls that are made side by side have no order among each
// other, so that a place is the n-th call of its kind.
type point struct {
	call string // "iam:CreateRole"
	nth  int
	how  ending
}

func (p point) String() string { return fmt.Sprintf("%s#%d %s", p.call, p.nth, p.how) }

// everyPoint is each of a run's calls, ended in each way. The first are looking: what a run needs before it writes. It
// does not need the list of roles and the account's limits, which come after.
func everyPoint(calls []localaws.Call) (looking, working []point) {
	seen := map[string]int{}
	looked := false
	for _, call := range calls {
		looked = looked || call.String() == "iam:ListRoles" || call.String() == "lambda:GetAccountSettings" || call.Write() && call.Service != "sts"
		seen[call.String()]++
		for _, how := range endings() {
			p := point{call.String(), seen[call.String()], how}
			if looked {
				working = append(working, p)
			} else {
				looking = append(looking, p)
			}
		}
	}
	return looking, working
}

// blow is a point in an account that waits for its call.
type blow struct {
	point
	seen   int
	struck bool
	heal   func()
}

// strikeAt makes the next run end at this point. Heal it, and AWS is there again.
func (a *account) strikeAt(p point) *blow {
	b := &blow{point: p}
	var faults []localaws.Fault
	switch p.how {
	case callRefused:
		faults = append(faults, localaws.Fault{Deny: true, Match: func(c localaws.Call) bool {
			b.reach(c)
			return b.struck && c.String() == p.call
		}})
	case callLost:
		faults = append(faults, localaws.Fault{Lose: true, Match: func(c localaws.Call) bool {
			b.reach(c)
			return b.struck
		}})
	case answerLost: // the call itself is struck only by the second
		faults = append(faults,
			localaws.Fault{Lose: true, Match: func(localaws.Call) bool { return b.struck }},
			localaws.Fault{Drop: true, Match: b.reach})
	}
	var ends []func()
	for _, fault := range faults {
		ends = append(ends, a.Inject(fault))
	}
	b.heal = func() {
		for _, end := range ends {
			end()
		}
	}
	return b
}

// reach counts the call, and says whether it is the one.
func (b *blow) reach(c localaws.Call) bool {
	if c.String() != b.call {
		return false
	}
	b.seen++
	b.struck = b.struck || b.seen == b.nth
	return b.seen == b.nth
}

// done are the writes of a run that took effect: what it did to the account. Two runs of a command with the same have
// led to the same.
func (b *blow) done(calls []localaws.Call) string {
	var writes []string
	cut := false
	for _, call := range calls {
		took := call.Code == "" || b.how == answerLost && !cut && call.Code == "(answer lost)"
		cut = cut || call.Code == "(answer lost)"
		if took && call.Write() && call.Service != "sts" {
			writes = append(writes, call.String())
		}
	}
	slices.Sort(writes)
	return strings.Join(writes, " ")
}
