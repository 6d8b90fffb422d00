package insights_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/insights"
)

// records are three of the function's and one line that is not JSON, an hour apart.
func records() []insights.Record {
	var all []insights.Record
	for i, message := range []string{
		`{"reason":"redeploy","action":"redeploy","service":"api","applied":true,"ecs_answer_ms":40,"level":"INFO"}`,
		`{"reason":"claimed","action":"skip","service":"api","applied":false,"ecs_answer_ms":9,"level":"INFO"}`,
		`{"reason":"redeploy","action":"redeploy","service":"web","ecs_answer_ms":120,"level":"ERROR","detail":{"a":1}}`,
		`START RequestId: 1`,
	} {
		all = append(all, insights.NewRecord(time.Date(2026, 1, 2, 22+i, 0, 0, 0, time.UTC), message))
	}
	return all
}

func TestQueries(t *testing.T) {
	for query, want := range map[string]string{
		// The two queries in docs/operations.md.
		"filter action = \"redeploy\" or level = \"ERROR\"\n| stats count() by service, reason, bin(1d)": "service=api reason=redeploy bin(1d)=2026-01-02 00:00:00.000 count()=1; service=web reason=redeploy bin(1d)=2026-01-03 00:00:00.000 count()=1",
		`filter ispresent(reason) | stats max(ecs_answer_ms), count() by reason`:                         "reason=redeploy max(ecs_answer_ms)=120 count()=2; reason=claimed max(ecs_answer_ms)=9 count()=1",

		`fields service | filter ispresent(service)`: "service=web; service=api; service=api", // newest first
		`fields @timestamp, service, applied | filter ecs_answer_ms < 100 and level = 'INFO' | sort ecs_answer_ms asc | limit 1`: "@timestamp=2026-01-02 23:00:00.000 service=api applied=0",
		`filter level != "INFO"`: `@timestamp=2026-01-03 00:00:00.000 @message={"reason":"redeploy","action":"redeploy","service":"web","ecs_answer_ms":120,"level":"ERROR","detail":{"a":1}}`,
		`stats count(*), count(reason), sum(ecs_answer_ms), avg(ecs_answer_ms), min(ecs_answer_ms)`: "count(*)=4 count(reason)=3 sum(ecs_answer_ms)=169 avg(ecs_answer_ms)=56.3333 min(ecs_answer_ms)=9",
		`stats max(none) by none`:                                "",
		`stats count() by service | sort count() desc`:           "service=api count()=2; service=web count()=1; count()=1",
		`fields detail | filter @message = "START RequestId: 1"`: "",
	} {
		t.Run(query, func(t *testing.T) {
			q, err := insights.Parse(query)
			if err != nil {
				t.Fatal(err)
			}
			var rows []string
			for _, row := range q.Run(records()) {
				var fields []string
				for _, f := range row {
					fields = append(fields, f.Name+"="+f.Value)
				}
				rows = append(rows, strings.Join(fields, " "))
			}
			if got := strings.Join(rows, "; "); got != want {
				t.Errorf("%s\nwant %s", got, want)
			}
		})
	}
}

func TestQueriesThatAreRefused(t *testing.T) {
	for query, reason := range map[string]string{
		``:                                 "the end of the query",
		`filter`:                           "the end of the query",
		`filter level =`:                   "the end of the query",
		`filter level ~ 3`:                 "~",
		`filter level = "x" | dedup level`: "dedup",
		`stats pct(ms, 95)`:                ",",
		`stats stddev(ms)`:                 "stddev(ms)",
		`stats count() by bin(1x)`:         "bin(1x)",
		`stats count() by datefloor(1d)`:   "datefloor(1d)",
		`fields "a"`:                       `"a"`,
		`limit none`:                       "limit",
		`filter level = "x" fields level`:  "fields",
	} {
		if _, err := insights.Parse(query); err == nil || !strings.HasSuffix(fmt.Sprint(err), ": "+reason) {
			t.Errorf("%q: %v, want %s", query, err, reason)
		}
	}
}
