package api

import (
	"strings"
	"time"
)

// Session holds the properties of temporary credentials.
type Session struct {
	Principal string    // the ARN of the assumed role's session
	Expires   time.Time // zero: never
	Policy    string    // a session policy; "" if none
}

func (s Session) expired() bool { return !s.Expires.IsZero() && !time.Now().Before(s.Expires) }

// RoleOf returns the name of the role whose session a principal is, or "" for others.
func RoleOf(principal string) string {
	_, rest, _ := strings.Cut(principal, ":assumed-role/")
	name, _, _ := strings.Cut(rest, "/")
	return name
}
