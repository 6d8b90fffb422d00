package api

import (
	"strings"
	"time"
)

// Call is one call that a client made.
type Call struct {
	Time      time.Time
	Region    string
	Service   string // as in an IAM action: iam, sts, lambda, logs, events, ecs, sqs, sns, tag, account
	Action    string // the API's name: PutRule
	Resource  string
	Principal string
	Code      string // the error code of its response

	Permissions []Permission // evaluated by IAM, in order: the first that is denied is the last
}

// Permission is an action that IAM evaluated for a call.
type Permission struct {
	Action  string // "iam:PassRole"
	Allowed bool
}

// Write reports whether the call could change something.
func (c Call) Write() bool {
	for _, reading := range []string{"Get", "List", "Describe", "Filter", "Test"} {
		if strings.HasPrefix(c.Action, reading) {
			return false
		}
	}
	return true
}

// String returns the call as an IAM action: "events:PutRule".
func (c Call) String() string { return c.Service + ":" + c.Action }
