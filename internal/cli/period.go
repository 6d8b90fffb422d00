package cli

import (
	"strconv"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/cli/term"
	"github.com/spothandler/spothandler/internal/history"
)

// period is the time that is asked for. To is not included.
type period struct{ from, to time.Time }

// parsePeriod reads --since and --until; what is "" is so long before now, and now. It makes no call.
func parsePeriod(since, until string, usual time.Duration, now time.Time) (period, error) {
	p := period{now.Add(-usual), now.Add(history.Skew)}
	var err error
	if since != "" {
		if p.from, err = parseMoment("since", since, now); err != nil {
			return period{}, err
		}
	}
	if until != "" {
		if p.to, err = parseMoment("until", until, now); err != nil {
			return period{}, err
		}
	}
	switch {
	case p.from.After(now):
		return period{}, apperr.Invalid("give a time that has been", "--since %s is in the future", since)
	case !p.from.Before(p.to) && since == "":
		return period{}, apperr.Invalid("--since TIME   an earlier one", "--until %s is before the period begins, %s ago", until, inDays(usual))
	case !p.from.Before(p.to):
		return period{}, apperr.Invalid("give the earlier time to --since", "--since %s is not before --until %s", since, until)
	}
	return p, nil
}

// untilNow is the end of what has been of the period.
func (p period) untilNow() time.Time {
	if now := time.Now(); p.to.After(now) {
		return now
	}
	return p.to
}

func inDays(d time.Duration) string { return term.Plural(int(d/time.Hour), "hour") }

const acceptedMoments = "accepted: 90s, 30m, 6h or 2d ago, a date like 2026-11-20 (its beginning in UTC), or a time like 2026-11-20T06:00:00Z"

// parseMoment reads a time: so long ago, a date, or RFC 3339.
func parseMoment(flag, text string, now time.Time) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), nil
		}
	}
	ago, err := time.ParseDuration(text)
	if days, found := strings.CutSuffix(text, "d"); found {
		var n int
		n, err = strconv.Atoi(days)
		ago = time.Duration(min(n, longestDays+1)) * 24 * time.Hour
	}
	if err != nil || ago < 0 || ago > longestDays*24*time.Hour {
		return time.Time{}, apperr.Invalid(acceptedMoments, "--%s %s is not accepted", flag, strconv.Quote(text))
	}
	return now.Add(-ago), nil
}

// longestDays is ten years, the longest that CloudWatch Logs keeps but for ever.
const longestDays = 3653
