package input

import (
	"strconv"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/history"
)

// Period is the span of time from From up to, but not including, To.
type Period struct{ From, To time.Time }

// ParsePeriod parses the values of --since and --until. If since is "", the period begins the duration usual before now. If
// until is "", it ends now, plus the clock skew that CloudWatch Logs accepts.
func ParsePeriod(since, until string, usual time.Duration, now time.Time) (Period, error) {
	p := Period{now.Add(-usual), now.Add(history.Skew)}
	var err error
	if since != "" {
		if p.From, err = parseMoment("since", since, now); err != nil {
			return Period{}, err
		}
	}
	if until != "" {
		if p.To, err = parseMoment("until", until, now); err != nil {
			return Period{}, err
		}
	}
	switch {
	case p.From.After(now):
		return Period{}, apperr.Invalid("give a time in the past", "--since %s is in the future", since)
	case !p.From.Before(p.To) && since == "":
		return Period{}, apperr.Invalid("--since TIME   an earlier time", "--until %s is before the period begins, %s ago", until, inDays(usual))
	case !p.From.Before(p.To):
		return Period{}, apperr.Invalid("give the earlier time to --since", "--since %s is not before --until %s", since, until)
	}
	return p, nil
}

// UntilNow returns the end of the period, or the current time if that is earlier.
func (p Period) UntilNow() time.Time {
	if now := time.Now(); p.To.After(now) {
		return now
	}
	return p.To
}

func inDays(d time.Duration) string { return term.Plural(int(d/time.Hour), "hour") }

const acceptedMoments = "accepted: a time ago such as 90s, 30m, 6h or 2d, a date such as 2026-11-20 (00:00 UTC), or a time such as 2026-11-20T06:00:00Z"

// parseMoment parses a time: a duration before now, a date, or RFC 3339.
func parseMoment(flag, text string, now time.Time) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(layout, text); err == nil {
			if at.Before(time.Unix(0, 0)) { // the Unix epoch, from which CloudWatch Logs counts
				return time.Time{}, apperr.Invalid("give a later time", "--%s %s is before 1970", flag, text)
			}
			return at.UTC(), nil
		}
	}
	ago, err := time.ParseDuration(text)
	if days, found := strings.CutSuffix(text, "d"); found {
		var n int
		n, err = strconv.Atoi(days)
		ago = time.Duration(min(n, LongestDays+1)) * 24 * time.Hour
	}
	if err != nil || ago < 0 || ago > LongestDays*24*time.Hour {
		return time.Time{}, apperr.Invalid(acceptedMoments, "--%s %s is not accepted", flag, strconv.Quote(text))
	}
	return now.Add(-ago), nil
}

// LongestDays is ten years in days, the longest retention of CloudWatch Logs other than forever.
const LongestDays = 3653
