package simulate

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/handler"
)

// The fields that do not match are named, and the gate's rows up to the one that applies.
func TestEvaluate(t *testing.T) {
	pattern := installed(prod(), nil).Rule().Pattern
	at := time.Date(2026, 11, 22, 20, 1, 8, 0, time.UTC)
	scaled := notice(at)
	scaled.Detail["stopCode"], scaled.Detail["stoppedReason"] = "ServiceSchedulerInitiated", "Scaling activity"
	abroad := notice(at)
	abroad.Region = "us-east-1"
	for name, c := range map[string]struct {
		event     handler.Event
		unmatched []string
		action    handler.Action
		reason    handler.Reason
	}{
		"a notice":     {notice(at), nil, handler.ActionLook, ""},
		"too late":     {notice(at).Later("STOPPED", at), []string{"detail.lastStatus"}, handler.ActionSkip, handler.ReasonTooLate},
		"scaled in":    {scaled, []string{"detail.stopCode or detail.stoppedReason"}, handler.ActionSkip, handler.ReasonNotAnInterruption},
		"other Region": {abroad, []string{"region"}, handler.ActionSkip, handler.ReasonOtherRegion},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Evaluate(c.event.JSON(), pattern)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got.Unmatched, c.unmatched) || got.Reaches != (len(c.unmatched) == 0) || got.Decision.Action != c.action || got.Decision.Reason != c.reason {
				t.Errorf("got %v, %s %s", got.Unmatched, got.Decision.Action, got.Decision.Reason)
			}
			if last := got.Rows[len(got.Rows)-1]; last.Holds != nil && *last.Holds != (c.action == handler.ActionSkip) {
				t.Errorf("the last row is %+v", last)
			}
			for i, row := range got.Rows {
				if i > 0 && row.Reason == got.Rows[i-1].Reason {
					t.Errorf("%s is listed twice", row.Reason)
				}
				known := row.Reason != handler.ReasonAlreadyRedeployed && row.Reason != handler.ReasonClaimed
				if (row.Holds != nil) != known {
					t.Errorf("%s: known %t, want %t", row.Reason, row.Holds != nil, known)
				}
			}
		})
	}
}

// A file that is not an event is rejected with the line and the field.
func TestReadEventRefuses(t *testing.T) {
	const event = "{\n \"source\": \"aws.ecs\",\n \"detail-type\": \"ECS Task State Change\",\n \"detail\": {\n  \"group\": \"service:api\"\n }\n}"
	change := func(old, replacement string) string { return strings.Replace(event, old, replacement, 1) }
	for name, c := range map[string]struct{ text, want string }{
		"nothing":         {" \n", "e.json is empty"},
		"UTF-16":          {"\xff\xfe{\x00}\x00", "e.json is in UTF-16; save it as UTF-8"},
		"ten megabytes":   {strings.Repeat(" ", 10<<20), "e.json is larger than any event: more than 4194304 bytes"},
		"no JSON":         {"{\n \"source\": aws\n}", "e.json:2: invalid character 'a' looking for beginning of value"},
		"a record":        {`{"level":"INFO","event_id":"1","action":"skip","reason":"claimed","applied":false}`, "e.json is a record of the function, not the event that it was about"},
		"half":            {event[:40], "e.json:3: the JSON is truncated"},
		"two":             {event + "\n" + event, "e.json:8: there is more after the event; the file must have one event"},
		"a list":          {"[" + event + "]", "e.json:1: an event is a JSON object, but this is an array"},
		"no source":       {change(`"source": "aws.ecs",`, ""), "e.json:1: source: it is missing"},
		"another name":    {change("detail-type", "detailType"), `e.json:1: detail-type: it is missing; there is "detailType"`},
		"a detail's text": {change("{\n  \"group\": \"service:api\"\n }", `"x"`), "e.json:4: detail: an object is expected, but this is a string"},
		"a group":         {change(`"service:api"`, "7"), "e.json:5: detail.group: a string is expected, but this is a number"},
		"a time":          {change(`"source"`, "\"resources\": [{\"time\": 1}],\n \"time\": \"today\",\n \"source\""), `e.json:3: time: a time such as 2026-11-22T20:01:08Z is expected, but this is "today"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ReadEvent(strings.NewReader(c.text), "e.json")
			if err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
	if _, err := ReadEvent(strings.NewReader("\ufeff"+event), "e.json"); err != nil {
		t.Errorf("an event is refused: %v", err)
	}
}

// For any bytes reading ends, and only an object with a source is an event.
func FuzzReadEvent(f *testing.F) {
	f.Add(`{"source":"a","detail-type":"b","detail":{"x":[{}]}}`)
	f.Add(`{"a":{"b":[1,{"c":2}]},"time":3}`)
	f.Fuzz(func(t *testing.T, text string) {
		raw, err := ReadEvent(strings.NewReader(text), "e.json")
		if err == nil && handler.Parse(raw).Source == "" && !strings.Contains(text, `""`) {
			t.Errorf("%q is taken for an event", text)
		}
	})
}
