// Package insights runs queries in the language of CloudWatch Logs Insights, with the subset that queries of
// JSON records need: the commands fields, filter, stats, sort and limit.
package insights

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Record is the fields of a log event, such as @message and those of its JSON.
type Record map[string]string

// Field is one field of a row in the result.
type Field struct {
	Name  string `json:"field"`
	Value string `json:"value"`
}

// timeLayout is the format of times in Insights.
const timeLayout = "2006-01-02 15:04:05.000"

// NewRecord returns the record of a log event. If the message is a JSON object the record includes its
// fields, except objects and lists.
func NewRecord(at time.Time, message string) Record {
	r := Record{"@timestamp": at.UTC().Format(timeLayout), "@message": message}
	var fields map[string]json.RawMessage
	_ = json.Unmarshal([]byte(message), &fields) // without JSON there are no fields
	for name, text := range fields {
		switch value := string(text); value {
		case "true", "false":
			r[name] = map[string]string{"true": "1", "false": "0"}[value] // as Insights shows them
		default:
			if json.Unmarshal(text, &value) == nil || text[0] != '{' && text[0] != '[' {
				r[name] = value
			}
		}
	}
	return r
}

// Query is a parsed query.
type Query struct {
	filters    []condition
	fields, by []string
	stats      []aggregate
	order      string // a field
	descending bool
	limit      int
}

type condition func(r Record) bool

// aggregate is one function of stats, such as max(ms).
type aggregate struct{ function, field string }

func (a aggregate) name() string { return a.function + "(" + a.field + ")" }

// Run returns the rows of the result.
func (q *Query) Run(records []Record) [][]Field {
	records = slices.DeleteFunc(slices.Clone(records), func(r Record) bool {
		return slices.ContainsFunc(q.filters, func(holds condition) bool { return !holds(r) })
	})
	shown := q.fields
	if len(q.stats) > 0 {
		records, shown = q.aggregate(records), slices.Clone(q.by)
		for _, a := range q.stats {
			shown = append(shown, a.name())
		}
	}
	slices.SortStableFunc(records, func(a, b Record) int {
		if q.descending {
			a, b = b, a
		}
		return compare(a[q.order], b[q.order])
	})
	rows := [][]Field{}
	for _, r := range records[:min(q.limit, len(records))] {
		row := []Field{}
		for _, name := range shown {
			if value, there := r[name]; there {
				row = append(row, Field{name, value})
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// compare orders numbers by value, and everything else as text.
func compare(a, b string) int {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	if errX == nil && errY == nil {
		return cmp.Compare(x, y)
	}
	return cmp.Compare(a, b)
}

// aggregate makes one record of each group of records, ordered by their first records.
func (q *Query) aggregate(records []Record) []Record {
	var groups []Record
	members := map[string][]Record{}
	for _, r := range records {
		group, key := Record{}, ""
		for _, name := range q.by {
			if value, there := r.grouping(name); there {
				group[name] = value
			}
			key += group[name] + "\x00"
		}
		if members[key] == nil {
			groups = append(groups, group)
			group["\x00"] = key
		}
		members[key] = append(members[key], r)
	}
	for _, group := range groups {
		for _, a := range q.stats {
			if value, there := a.of(members[group["\x00"]]); there {
				group[a.name()] = value
			}
		}
	}
	return groups
}

// grouping returns the value of a field, or for bin(<period>) the beginning of the record's period.
func (r Record) grouping(name string) (value string, there bool) {
	period, isBin := strings.CutPrefix(name, "bin(")
	if !isBin {
		value, there = r[name]
		return value, there
	}
	at, err := time.Parse(timeLayout, r["@timestamp"])
	return at.Truncate(duration(strings.TrimSuffix(period, ")"))).Format(timeLayout), err == nil
}

// duration parses a period such as 5m or 1d; it returns 0 for anything else.
func duration(text string) time.Duration {
	if days, isDays := strings.CutSuffix(text, "d"); isDays {
		return 24 * duration(days+"h")
	}
	d, _ := time.ParseDuration(text)
	return d
}

// of computes the function over a group. If no record has the field, only count has a value.
func (a aggregate) of(group []Record) (value string, there bool) {
	var numbers []float64
	present := 0
	for _, r := range group {
		text, has := r[a.field]
		if has || a.field == "" || a.field == "*" {
			present++
		}
		if n, err := strconv.ParseFloat(text, 64); err == nil {
			numbers = append(numbers, n)
		}
	}
	if a.function == "count" {
		return strconv.Itoa(present), true
	}
	if len(numbers) == 0 {
		return "", false
	}
	sum := 0.0
	for _, n := range numbers {
		sum += n
	}
	found := map[string]float64{"min": slices.Min(numbers), "max": slices.Max(numbers), "sum": sum, "avg": sum / float64(len(numbers))}
	return strconv.FormatFloat(math.Round(found[a.function]*1e4)/1e4, 'f', -1, 64), true
}
