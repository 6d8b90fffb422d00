package localaws

import (
	"strings"
	"time"
)

// session holds the properties of temporary credentials.
type session struct {
	principal string    // the ARN of the assumed role's session
	expires   time.Time // zero: never
	policy    string    // a session policy; "" if none
}

func (s session) expired() bool { return !s.expires.IsZero() && !time.Now().Before(s.expires) }

// roleOf returns the name of the role whose session a principal is, or "" for others.
func roleOf(principal string) string {
	_, rest, _ := strings.Cut(principal, ":assumed-role/")
	name, _, _ := strings.Cut(rest, "/")
	return name
}
