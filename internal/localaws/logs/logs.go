// Package logs is CloudWatch Logs of the local AWS.
package logs

import (
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
	"github.com/spothandler/spothandler/internal/localaws/insights"
	"github.com/spothandler/spothandler/internal/localaws/policy"
)

// Service holds one Region's log groups.
type Service struct {
	region  *api.Region
	groups  map[string]*logGroup
	queries map[string][][]insights.Field // results by query ID
	opts    Options
	roles   Roles
	permits func(function, service, source string) bool
	filters []time.Time // times of the last accepted FilterLogEvents calls
}

// Retention is an account-level retention policy of CloudWatch Logs.
type Retention struct {
	Policy string // its name
	Days   int    // 0: never expires
}

// Options configure CloudWatch Logs.
type Options struct {
	Retention *Retention // nil: none
	Rates     bool       // enforces the rate limit of FilterLogEvents
}

// Roles are the roles of IAM, as far as CloudWatch Logs needs them. The lock is held.
type Roles interface {
	// RoleID returns the unique ID of the role with this ARN, "" if there is none.
	RoleID(arn string) string
	// Verdict evaluates a request by a service that uses a role.
	Verdict(roleARN, action, resource string) policy.Verdict
}

// New returns CloudWatch Logs in one Region; permits reports whether a function exists and allows a service to invoke it
// on behalf of a resource.
func New(r *api.Region, opts Options, roles Roles, permits func(function, service, source string) bool) *Service {
	return &Service{region: r, opts: opts, roles: roles, permits: permits, groups: map[string]*logGroup{}, queries: map[string][][]insights.Field{}}
}

// logGroup is a log group as returned by DescribeLogGroups, with internal state.
type logGroup struct {
	Name         string `json:"logGroupName"`
	CreationTime int64  `json:"creationTime"`
	Retention    int    `json:"retentionInDays,omitempty"` // 0: never expires
	RuledBy      string `json:"retentionPolicyName,omitempty"`
	Filters      int    `json:"metricFilterCount"`
	StoredBytes  int    `json:"storedBytes"`
	Arn          string `json:"arn"`         // ends in :*
	GroupArn     string `json:"logGroupArn"` // does not
	Class        string `json:"logGroupClass"`
	KmsKeyID     string `json:"kmsKeyId,omitempty"`
	Protected    bool   `json:"deletionProtectionEnabled,omitempty"`

	tags    api.Tags
	streams map[string]*logStream

	subscriptions map[string]*subscription
}

// Tagged returns the tags of all log groups, by ARN. The lock must be held.
func (s *Service) Tagged() map[string]api.Tags {
	all := map[string]api.Tags{}
	for _, g := range s.groups {
		all[g.GroupArn] = g.tags
	}
	return all
}

func (s *Service) find(in *logsInput) (*logGroup, error) {
	if in.ResourceArn != "" && in.ResourceArn != in.ARN(s.region) || strings.HasSuffix(in.ResourceArn, ":*") {
		return nil, badLogParameter("1 validation error detected: Value '%s' at 'resourceArn' failed to satisfy constraint: Member must be a log group's ARN without ':*'", in.ResourceArn)
	}
	if g := s.groups[in.group()]; g != nil {
		return g, nil
	}
	return nil, api.Refuse("ResourceNotFoundException", "The specified log group does not exist.")
}

func badLogParameter(format string, args ...any) *api.Error {
	return api.Refuse("InvalidParameterException", format, args...)
}

// logStream is a log stream as returned by DescribeLogStreams, with its events.
type logStream struct {
	Name         string `json:"logStreamName"`
	Arn          string `json:"arn"`
	CreationTime int64  `json:"creationTime"`
	First        int64  `json:"firstEventTimestamp,omitempty"`
	Last         int64  `json:"lastEventTimestamp,omitempty"`
	Ingested     int64  `json:"lastIngestionTime,omitempty"`
	events       []logEvent
}

// subscription is a subscription filter. It is only stored: nothing is sent to its destination.
type subscription struct {
	FilterName     string `json:"filterName"`
	LogGroupName   string `json:"logGroupName"`
	FilterPattern  string `json:"filterPattern"`
	DestinationArn string `json:"destinationArn"`
	RoleArn        string `json:"roleArn,omitempty"`
	Distribution   string `json:"distribution"`
	CreationTime   int64  `json:"creationTime"`
}
