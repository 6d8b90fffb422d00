package logs

import (
	"cmp"
	"strings"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// logsInput has the members of all calls.
type logsInput struct {
	LogGroupName              string `check:"len=1:512 re=[\\.\\-_/#A-Za-z0-9]+"`
	LogGroupIdentifier        string
	LogGroupNamePrefix        string
	LogGroupNamePattern       string
	KmsKeyID                  string `json:"kmsKeyId" check:"len=1:256"`
	DeletionProtectionEnabled bool
	LogGroupClass             string `check:"enum=STANDARD|INFREQUENT_ACCESS|DELIVERY"`
	RetentionInDays           *int   `check:"enum=1|3|5|7|14|30|60|90|120|150|180|365|400|545|731|1096|1827|2192|2557|2922|3288|3653"`

	LogStreamName       string `check:"len=1:512 re=[^:*]*"`
	LogStreamNames      []string
	LogStreamNamePrefix string
	OrderBy             string `check:"enum=LogStreamName|LastEventTime"`
	Descending          bool
	LogEvents           []logEvent `check:"len=1:10000"`
	StartTime, EndTime  int64
	StartFromHead       bool
	FilterPattern       *string `check:"len=0:1024"`
	FilterName          string  `check:"len=1:512 re=[^:*]*"`
	FilterNamePrefix    string  `check:"len=1:512 re=[^:*]*"`
	DestinationArn      string
	RoleArn             string
	Distribution        string `check:"enum=Random|ByLogStream"`

	LogGroupNames       []string `check:"len=0:50"`
	LogGroupIdentifiers []string `check:"len=0:50"`
	QueryString         string   `check:"len=0:10000"`
	QueryID             string   `json:"queryId" check:"len=1:256"`

	ResourceArn string
	NextToken   string
	Limit       *int `check:"min=1 max=10000"`
	api.Tagging
}

// group returns the log group's name, however it was given; tagging calls use the ARN without ":*".
func (in *logsInput) group() string {
	_, name, _ := strings.Cut(in.ResourceArn, ":log-group:")
	if all := in.queried(); len(all) > 0 {
		return all[0]
	}
	return cmp.Or(in.LogGroupName, api.AfterLast(in.LogGroupIdentifier, ":"), name)
}

func (in *logsInput) ARN(r *api.Region) string {
	switch {
	case in.group() == "":
		return ""
	case in.LogStreamName != "":
		return r.ARN("logs", "log-group:"+in.group()+":log-stream:"+in.LogStreamName)
	}
	return r.ARN("logs", "log-group:"+in.group())
}

// queried returns the names of a query's log groups, however they were given.
func (in *logsInput) queried() []string {
	names := append([]string{}, in.LogGroupNames...)
	for _, id := range in.LogGroupIdentifiers {
		names = append(names, api.AfterLast(strings.TrimSuffix(id, ":*"), ":"))
	}
	return names
}

// logEvent is one event of a stream, with times in milliseconds since 1970.
type logEvent struct {
	LogStreamName string `json:"logStreamName,omitempty"` // in FilterLogEvents only
	EventID       string `json:"eventId,omitempty"`
	Timestamp     int64  `json:"timestamp"`
	Message       string `json:"message" check:"len=1:1048576"`
	IngestionTime int64  `json:"ingestionTime"`
}

func byTime(a, b logEvent) int { return int(a.Timestamp - b.Timestamp) }
