package logs

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
	"github.com/spothandler/spothandler/internal/localaws/filter"
)

// newStream adds a stream to a group.
func (s *Service) newStream(g *logGroup, name string) *logStream {
	g.streams[name] = &logStream{Name: name, Arn: g.GroupArn + ":log-stream:" + name, CreationTime: time.Now().UnixMilli()}
	return g.streams[name]
}

// Write adds a message that a function with this role wrote, if the role is allowed to. Without the log group the message
// is lost, as in AWS. The lock must be held.
func (s *Service) Write(role, group, stream, message string) {
	if s.mayLog(role, group, stream) {
		s.Add(group, stream, time.Now(), message)
	}
}

// Add adds a message to a stream of a log group, as if it had been written at that time. Without the log group the
// message is lost. The lock must be held.
func (s *Service) Add(group, stream string, at time.Time, message string) {
	g := s.groups[group]
	if g == nil {
		return
	}
	t := g.streams[stream]
	if t == nil {
		t = s.newStream(g, stream)
	}
	t.add(logEvent{Timestamp: at.UnixMilli(), Message: message})
}

func (t *logStream) add(e logEvent) {
	e.IngestionTime = time.Now().UnixMilli()
	t.events = append(t.events, e)
	if n := len(t.events); n > 1 && e.Timestamp < t.events[n-2].Timestamp {
		slices.SortStableFunc(t.events, byTime)
	}
	t.First, t.Last, t.Ingested = t.events[0].Timestamp, t.events[len(t.events)-1].Timestamp, e.IngestionTime
}

func (s *Service) stream(in *logsInput) (*logStream, error) {
	g, err := s.find(in)
	if err != nil {
		return nil, err
	}
	if t := g.streams[in.LogStreamName]; t != nil {
		return t, nil
	}
	return nil, api.Refuse("ResourceNotFoundException", "The specified log stream does not exist.")
}

func (s *Service) createLogStream(g *logGroup, in *logsInput) (any, error) {
	if g.streams[in.LogStreamName] != nil {
		return nil, api.Refuse("ResourceAlreadyExistsException", "The specified log stream already exists")
	}
	s.newStream(g, in.LogStreamName)
	return nil, nil
}

func (s *Service) describeLogStreams(g *logGroup, in *logsInput) (any, error) {
	found := slices.DeleteFunc(api.Sorted(g.streams), func(t *logStream) bool { return !strings.HasPrefix(t.Name, in.LogStreamNamePrefix) })
	if in.OrderBy == "LastEventTime" {
		slices.SortStableFunc(found, func(a, b *logStream) int { return int(a.Last - b.Last) })
	}
	if in.Descending {
		slices.Reverse(found)
	}
	return api.Paged("logs", "logStreams", found, "nextToken", in.NextToken, in.Limit, 50)
}

// Limits of PutLogEvents; an event counts more bytes than its message (CloudWatch Logs API, PutLogEvents).
const (
	batchBytes   = 1048576
	perEvent     = 26
	batchSpan    = 24 * time.Hour
	newestFuture = 2 * time.Hour
	oldestPast   = 14 * 24 * time.Hour
)

// putLogEvents skips events that are too old or in the future, and reports them in its response.
func (s *Service) putLogEvents(t *logStream, in *logsInput) (any, error) {
	events, bytes := in.LogEvents, 0
	for _, e := range events {
		bytes += len(e.Message) + perEvent
	}
	switch {
	case bytes > batchBytes:
		return nil, badLogParameter("Upload too large: %d bytes exceeds limit of %d", bytes, batchBytes)
	case !slices.IsSortedFunc(events, byTime):
		return nil, badLogParameter("Log events in a single PutLogEvents request must be in chronological order.")
	case time.Duration(events[len(events)-1].Timestamp-events[0].Timestamp)*time.Millisecond > batchSpan:
		return nil, badLogParameter("The batch of log events in a single PutLogEvents request cannot span more than 24 hours.")
	}
	response, rejected := api.Obj{"nextSequenceToken": api.NewID()}, api.Obj{}
	for i, e := range events {
		switch age := time.Since(time.UnixMilli(e.Timestamp)); {
		case age > oldestPast:
			rejected["tooOldLogEventEndIndex"] = i + 1
		case -age > newestFuture && rejected["tooNewLogEventStartIndex"] == nil:
			rejected["tooNewLogEventStartIndex"] = i
		case -age <= newestFuture:
			t.add(logEvent{Timestamp: e.Timestamp, Message: e.Message})
		}
	}
	if len(rejected) > 0 {
		response["rejectedLogEventsInfo"] = rejected
	}
	return response, nil
}

// during reports whether an event is between StartTime and EndTime, both inclusive; 0 means unlimited.
func (in *logsInput) during(e logEvent) bool {
	return e.Timestamp >= in.StartTime && (in.EndTime == 0 || e.Timestamp <= in.EndTime)
}

// getLogEvents returns the page at the token ("f/7", "b/7": forward, backward from the 7th event), or the
// newest events. At either end the token is the one that was given, which is how AWS says "no more".
func (s *Service) getLogEvents(t *logStream, in *logsInput) (any, error) {
	events := slices.DeleteFunc(slices.Clone(t.events), func(e logEvent) bool { return !in.during(e) })
	size := 10000
	api.Set(&size, in.Limit)
	way, at, err := in.place(len(events))
	if err != nil {
		return nil, err
	}
	start := max(0, len(events)-size)
	switch {
	case way == "f":
		start = at
	case way == "b":
		start, events = max(0, at-size), events[:at]
	case in.StartFromHead:
		start = 0
	}
	end := min(start+size, len(events))
	return api.Obj{"events": append([]logEvent{}, events[start:end]...), "nextForwardToken": "f/" + strconv.Itoa(end), "nextBackwardToken": "b/" + strconv.Itoa(start)}, nil
}

// place parses the token of GetLogEvents.
func (in *logsInput) place(events int) (way string, at int, err error) {
	way, place, _ := strings.Cut(in.NextToken, "/")
	at, wrong := strconv.Atoi(place)
	if in.NextToken != "" && (wrong != nil || at < 0 || way != "f" && way != "b") {
		return "", 0, api.BadToken("logs")
	}
	return way, min(at, events), nil
}

// Limits of FilterLogEvents (CloudWatch Logs quotas and API): calls per second, and bytes and events per
// page.
const (
	filtersPerSecond = 5
	filteredBytes    = 1 << 20
	filteredEvents   = 10000
)

func (s *Service) filterLogEvents(g *logGroup, in *logsInput) (any, error) {
	if s.opts.Rates && !s.inTime() {
		return nil, api.Throttled("logs")
	}
	pattern := ""
	api.Set(&pattern, in.FilterPattern)
	matches, err := filter.Parse(pattern)
	if err != nil {
		return nil, badLogParameter("%v", err)
	}
	start, err := api.PageStart("logs", in.NextToken)
	if err != nil {
		return nil, err
	}
	most := filteredEvents
	api.Set(&most, in.Limit)
	events := g.eventsOf(in)
	page, bytes, at := []logEvent{}, 0, min(start, len(events))
	for ; at < len(events) && len(page) < most; at++ {
		e := events[at]
		if !matches(e.Message) {
			continue
		}
		if bytes += len(e.Message) + perEvent; bytes > filteredBytes && len(page) > 0 {
			break
		}
		page = append(page, e)
	}
	response := api.Obj{"events": page}
	if at < len(events) {
		response["nextToken"] = api.PageToken(at)
	}
	return response, nil
}

// inTime reports whether a call of FilterLogEvents is within the rate limit, and counts it then.
func (s *Service) inTime() bool {
	now := time.Now()
	s.filters = slices.DeleteFunc(s.filters, func(at time.Time) bool { return now.Sub(at) >= time.Second })
	if len(s.filters) >= filtersPerSecond {
		return false
	}
	s.filters = append(s.filters, now)
	return true
}

// eventsOf returns the events of the requested streams and period, by time.
func (g *logGroup) eventsOf(in *logsInput) []logEvent {
	var found []logEvent
	for _, t := range api.Sorted(g.streams) {
		if !strings.HasPrefix(t.Name, in.LogStreamNamePrefix) || len(in.LogStreamNames) > 0 && !slices.Contains(in.LogStreamNames, t.Name) {
			continue
		}
		for i, e := range t.events {
			if in.during(e) {
				e.LogStreamName, e.EventID = t.Name, t.Name+"/"+strconv.Itoa(i)
				found = append(found, e)
			}
		}
	}
	slices.SortStableFunc(found, byTime)
	return found
}
