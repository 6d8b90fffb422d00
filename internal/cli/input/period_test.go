package input

import (
	"testing"
	"time"
)

// A time is a duration before now, a date in UTC whatever the local time zone, or RFC 3339.
func TestParsePeriod(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.FixedZone("", 9*3600))
	for text, want := range map[string]string{
		"": "2026-11-22T03:00:00Z", "6h": "2026-11-22T21:00:00Z", "2d": "2026-11-21T03:00:00Z", "90s": "2026-11-23T02:58:30Z",
		"2026-11-20": "2026-11-20T00:00:00Z", "2026-11-20T06:00:00+02:00": "2026-11-20T04:00:00Z", "3653d": "2016-11-22T03:00:00Z",
	} {
		p, err := ParsePeriod(text, "", 24*time.Hour, now)
		if got := p.From.UTC().Format(time.RFC3339); err != nil || got != want {
			t.Errorf("%q begins at %s, not %s: %v", text, got, want, err)
		}
	}
	if p, err := ParsePeriod("1h", "", 6*time.Hour, time.Now()); err != nil || p.UntilNow().After(time.Now()) || !p.To.After(time.Now()) {
		t.Errorf("it is said to end at %s, and read to %s: %v", p.UntilNow(), p.To, err)
	}
	for _, text := range []string{"d", "1.5d", "-2d", "3654d", "99999999999999999999d", "2026-13-01", "20261120", "6", "9999999h", "0001-01-01", "1969-12-31T23:59:59Z"} {
		if p, err := ParsePeriod(text, "", 24*time.Hour, now); err == nil {
			t.Errorf("%q begins at %s", text, p.From)
		}
	}
}
