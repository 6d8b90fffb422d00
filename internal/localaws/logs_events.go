package localaws

import (
	"maps"
	"slices"
	"strings"
	"time"
)

type logStream struct {
	created  time.Time
	events   []logEvent
	ingested time.Time
}

// logEvent is one event of a stream; its times are milliseconds since 1970.
type logEvent struct {
	Timestamp     int64  `json:"timestamp"`
	Message       string `json:"message"`
	IngestionTime int64  `json:"ingestionTime"`
}

// write adds a message that a function wrote. Where the group is missing the message is lost, as in AWS.
func (s *logsService) write(group, stream, message string) {
	g := s.groups[group]
	if g == nil {
		return
	}
	if g.streams[stream] == nil {
		g.streams[stream] = &logStream{created: time.Now()}
	}
	now := time.Now().UnixMilli()
	g.streams[stream].add(logEvent{Timestamp: now, Message: message, IngestionTime: now})
}

func (t *logStream) add(events ...logEvent) {
	t.events = append(t.events, events...)
	slices.SortStableFunc(t.events, func(a, b logEvent) int { return int(a.Timestamp - b.Timestamp) })
	t.ingested = time.Now()
}

type logStreamRef struct {
	logGroupRef
	LogStreamName string `check:"required len=1:512 re=[^:*]*"`
}

func (in logStreamRef) arn(r *region) string {
	return in.logGroupRef.arn(r) + ":log-stream:" + in.LogStreamName
}

func (s *logsService) stream(in logStreamRef) (*logStream, error) {
	g, err := s.find(in.LogGroupName)
	if err != nil {
		return nil, err
	}
	if t := g.streams[in.LogStreamName]; t != nil {
		return t, nil
	}
	return nil, refuse("ResourceNotFoundException", "The specified log stream does not exist.")
}

func (s *logsService) createLogStream(_ *call, in logStreamRef) (any, error) {
	g, err := s.find(in.LogGroupName)
	if err != nil {
		return nil, err
	}
	if g.streams[in.LogStreamName] != nil {
		return nil, refuse("ResourceAlreadyExistsException", "The specified log stream already exists")
	}
	g.streams[in.LogStreamName] = &logStream{created: time.Now()}
	return nil, nil
}

func (s *logsService) deleteLogStream(_ *call, in logStreamRef) (any, error) {
	if _, err := s.stream(in); err != nil {
		return nil, err
	}
	delete(s.groups[in.LogGroupName].streams, in.LogStreamName)
	return nil, nil
}

type describeStreamsInput struct {
	logGroupRef
	LogStreamNamePrefix string
	OrderBy             string `check:"enum=LogStreamName|LastEventTime"`
	Descending          bool
	NextToken           string
	Limit               *int `check:"min=1 max=50"`
}

type logStreamJSON struct {
	LogStreamName       string `json:"logStreamName"`
	CreationTime        int64  `json:"creationTime"`
	FirstEventTimestamp int64  `json:"firstEventTimestamp,omitempty"`
	LastEventTimestamp  int64  `json:"lastEventTimestamp,omitempty"`
	LastIngestionTime   int64  `json:"lastIngestionTime,omitempty"`
	Arn                 string `json:"arn"`
}

type streamsAnswer struct {
	LogStreams []logStreamJSON `json:"logStreams"`
	NextToken  string          `json:"nextToken,omitempty"`
}

func (s *logsService) describeLogStreams(c *call, in describeStreamsInput) (streamsAnswer, error) {
	g, err := s.find(in.LogGroupName)
	if err != nil {
		return streamsAnswer{}, err
	}
	if in.OrderBy == "LastEventTime" && in.LogStreamNamePrefix != "" {
		return streamsAnswer{}, badLogParameter("Cannot order by LastEventTime with a logStreamNamePrefix.")
	}
	found := []logStreamJSON{}
	for _, name := range slices.Sorted(maps.Keys(g.streams)) {
		if strings.HasPrefix(name, in.LogStreamNamePrefix) {
			found = append(found, g.streams[name].json(logStreamRef{in.logGroupRef, name}, c.region))
		}
	}
	if in.OrderBy == "LastEventTime" {
		slices.SortStableFunc(found, func(a, b logStreamJSON) int { return int(a.LastEventTimestamp - b.LastEventTimestamp) })
	}
	if in.Descending {
		slices.Reverse(found)
	}
	shown, next := page(found, in.NextToken, limit(in.Limit, 50))
	return streamsAnswer{shown, next}, nil
}

func (t *logStream) json(ref logStreamRef, r *region) logStreamJSON {
	j := logStreamJSON{LogStreamName: ref.LogStreamName, CreationTime: t.created.UnixMilli(), Arn: ref.arn(r)}
	if n := len(t.events); n > 0 {
		j.FirstEventTimestamp, j.LastEventTimestamp = t.events[0].Timestamp, t.events[n-1].Timestamp
		j.LastIngestionTime = t.ingested.UnixMilli()
	}
	return j
}

type putLogEventsInput struct {
	logStreamRef
	LogEvents []struct {
		Timestamp int64
		Message   string
	}
}

type putLogEventsAnswer struct {
	NextSequenceToken string `json:"nextSequenceToken"`
}

func (s *logsService) putLogEvents(_ *call, in putLogEventsInput) (putLogEventsAnswer, error) {
	t, err := s.stream(in.logStreamRef)
	if err != nil {
		return putLogEventsAnswer{}, err
	}
	now, last := time.Now().UnixMilli(), int64(0)
	for _, e := range in.LogEvents {
		if e.Timestamp < last {
			return putLogEventsAnswer{}, badLogParameter("Log events in a single PutLogEvents request must be in chronological order.")
		}
		last = e.Timestamp
	}
	for _, e := range in.LogEvents {
		t.add(logEvent{Timestamp: e.Timestamp, Message: e.Message, IngestionTime: now})
	}
	return putLogEventsAnswer{newID()}, nil
}

// timeRange is from StartTime, inclusive, to EndTime, in milliseconds; 0 is open.
type timeRange struct {
	StartTime, EndTime int64
}

func (t timeRange) has(e logEvent) bool {
	return e.Timestamp >= t.StartTime && (t.EndTime == 0 || e.Timestamp <= t.EndTime)
}

type getLogEventsInput struct {
	logStreamRef
	timeRange
	Limit         *int `check:"min=1 max=10000"`
	NextToken     string
	StartFromHead bool
}

type getLogEventsAnswer struct {
	Events            []logEvent `json:"events"`
	NextForwardToken  string     `json:"nextForwardToken"`
	NextBackwardToken string     `json:"nextBackwardToken"`
}

// getLogEvents gives a page from its token's place on ("f/7", "b/7": forward, backward from the 7th event), or the
// newest ones. The token at either end is the one that led there: so AWS says "no more".
func (s *logsService) getLogEvents(_ *call, in getLogEventsInput) (getLogEventsAnswer, error) {
	t, err := s.stream(in.logStreamRef)
	if err != nil {
		return getLogEventsAnswer{}, err
	}
	events := []logEvent{}
	for _, e := range t.events {
		if in.has(e) {
			events = append(events, e)
		}
	}
	size := limit(in.Limit, 10000)
	start := max(0, len(events)-size)
	place, _ := strings.CutPrefix(in.NextToken, "f/")
	switch {
	case strings.HasPrefix(in.NextToken, "f/"):
		start = min(int(number(place)), len(events))
	case strings.HasPrefix(in.NextToken, "b/"):
		end := min(int(number(in.NextToken[2:])), len(events))
		start = max(0, end-size)
		events = events[:end]
	case in.StartFromHead:
		start = 0
	}
	end := min(start+size, len(events))
	return getLogEventsAnswer{events[start:end], "f/" + itoa(end), "b/" + itoa(start)}, nil
}

type filterLogEventsInput struct {
	LogGroupName        string
	LogGroupIdentifier  string
	LogStreamNames      []string
	LogStreamNamePrefix string
	timeRange
	FilterPattern string
	Limit         *int `check:"min=1 max=10000"`
	NextToken     string
}

func (in filterLogEventsInput) arn(r *region) string { return logGroupRef{in.group()}.arn(r) }

// group is the log group's name, however it was given.
func (in filterLogEventsInput) group() string {
	return orDefault(in.LogGroupName, afterLast(in.LogGroupIdentifier, ":"))
}

type filteredEvent struct {
	LogStreamName string `json:"logStreamName"`
	logEvent
	EventID string `json:"eventId"`
}

type filterLogEventsAnswer struct {
	Events             []filteredEvent `json:"events"`
	SearchedLogStreams []struct{}      `json:"searchedLogStreams"`
	NextToken          string          `json:"nextToken,omitempty"`
}

func (s *logsService) filterLogEvents(_ *call, in filterLogEventsInput) (filterLogEventsAnswer, error) {
	g, err := s.find(in.group())
	if err != nil {
		return filterLogEventsAnswer{}, err
	}
	matches, err := parseFilter(in.FilterPattern)
	if err != nil {
		return filterLogEventsAnswer{}, err
	}
	found := []filteredEvent{}
	for _, name := range slices.Sorted(maps.Keys(g.streams)) {
		if !strings.HasPrefix(name, in.LogStreamNamePrefix) || len(in.LogStreamNames) > 0 && !slices.Contains(in.LogStreamNames, name) {
			continue
		}
		for i, e := range g.streams[name].events {
			if in.has(e) && matches(e.Message) {
				found = append(found, filteredEvent{name, e, name + "/" + itoa(i)})
			}
		}
	}
	slices.SortStableFunc(found, func(a, b filteredEvent) int { return int(a.Timestamp - b.Timestamp) })
	shown, next := page(found, in.NextToken, limit(in.Limit, 10000))
	return filterLogEventsAnswer{Events: shown, NextToken: next}, nil
}
