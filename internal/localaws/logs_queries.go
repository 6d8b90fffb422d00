package localaws

import (
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/insights"
)

// queried returns the names of a query's log groups, however they were given.
func (in *logsInput) queried() []string {
	names := append([]string{}, in.LogGroupNames...)
	for _, id := range in.LogGroupIdentifiers {
		names = append(names, afterLast(strings.TrimSuffix(id, ":*"), ":"))
	}
	return names
}

// startQuery runs a query immediately; its times are seconds since 1970, both inclusive.
func (s *logsService) startQuery(_ *call, in *logsInput) (any, error) {
	names := in.queried()
	if in.LogGroupName != "" {
		names = append(names, in.LogGroupName)
	}
	if len(names) == 0 || in.EndTime < in.StartTime {
		return nil, badLogParameter("A query needs log groups, and an endTime that is not before its startTime.")
	}
	q, err := insights.Parse(in.QueryString)
	if err != nil {
		return nil, refuse("MalformedQueryException", "%v", err)
	}
	var records []insights.Record
	for _, name := range names {
		g, err := s.find(&logsInput{LogGroupName: name})
		if err != nil {
			return nil, err
		}
		for _, t := range sorted(g.streams) {
			for _, e := range t.events {
				if seconds := e.Timestamp / 1000; seconds < in.StartTime || seconds > in.EndTime {
					continue
				}
				r := insights.NewRecord(time.UnixMilli(e.Timestamp), e.Message)
				r["@logStream"], r["@log"] = t.Name, s.region.server.opts.Account+":"+name
				records = append(records, r)
			}
		}
	}
	id := newID()
	s.queries[id] = q.Run(records)
	return obj{"queryId": id}, nil
}

func (s *logsService) getQueryResults(_ *call, in *logsInput) (any, error) {
	rows, there := s.queries[in.QueryID]
	if !there {
		return nil, refuse("ResourceNotFoundException", "Query %s does not exist.", in.QueryID)
	}
	return obj{"queryLanguage": "CWLI", "results": rows, "status": "Complete", "statistics": obj{"recordsMatched": len(rows)}}, nil
}
