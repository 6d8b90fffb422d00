package logs

import (
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
	"github.com/spothandler/spothandler/internal/localaws/insights"
)

// startQuery runs a query immediately; its times are seconds since 1970, both inclusive.
func (s *Service) startQuery(_ *api.Request, in *logsInput) (any, error) {
	names := in.queried()
	if in.LogGroupName != "" {
		names = append(names, in.LogGroupName)
	}
	if len(names) == 0 || in.EndTime < in.StartTime {
		return nil, badLogParameter("A query needs log groups, and an endTime that is not before its startTime.")
	}
	q, err := insights.Parse(in.QueryString)
	if err != nil {
		return nil, api.Refuse("MalformedQueryException", "%v", err)
	}
	var records []insights.Record
	for _, name := range names {
		g, err := s.find(&logsInput{LogGroupName: name})
		if err != nil {
			return nil, err
		}
		for _, t := range api.Sorted(g.streams) {
			for _, e := range t.events {
				if seconds := e.Timestamp / 1000; seconds < in.StartTime || seconds > in.EndTime {
					continue
				}
				r := insights.NewRecord(time.UnixMilli(e.Timestamp), e.Message)
				r["@logStream"], r["@log"] = t.Name, s.region.Server.Options.Account+":"+name
				records = append(records, r)
			}
		}
	}
	id := api.NewID()
	s.queries[id] = q.Run(records)
	return api.Obj{"queryId": id}, nil
}

func (s *Service) getQueryResults(_ *api.Request, in *logsInput) (any, error) {
	rows, there := s.queries[in.QueryID]
	if !there {
		return nil, api.Refuse("ResourceNotFoundException", "Query %s does not exist.", in.QueryID)
	}
	return api.Obj{"queryLanguage": "CWLI", "results": rows, "status": "Complete", "statistics": api.Obj{"recordsMatched": len(rows)}}, nil
}
