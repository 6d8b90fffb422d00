// Package logs is CloudWatch Logs of the local AWS.
package logs

import (
	"cmp"
	"slices"
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

// Actions returns the actions by name.
func (s *Service) Actions() map[string]api.Action {
	tagResource, untagResource := api.TagCalls("logs", s.find, func(g *logGroup) *api.Tags { return &g.tags })
	return map[string]api.Action{
		"CreateLogGroup":                api.Op(s.createLogGroup, "LogGroupName"),
		"DeleteLogGroup":                api.On(s.find, s.deleteLogGroup),
		"DescribeLogGroups":             api.Op(s.describeLogGroups),
		"PutRetentionPolicy":            api.Change(s.find, func(g *logGroup, in *logsInput) { g.Retention = *in.RetentionInDays }, "RetentionInDays"),
		"DeleteRetentionPolicy":         api.Change(s.find, func(g *logGroup, _ *logsInput) { g.Retention = 0 }),
		"PutLogGroupDeletionProtection": api.Change(s.find, func(g *logGroup, in *logsInput) { g.Protected = in.DeletionProtectionEnabled }),
		"AssociateKmsKey":               api.Change(s.find, func(g *logGroup, in *logsInput) { g.KmsKeyID = in.KmsKeyID }, "KmsKeyID"),
		"DisassociateKmsKey":            api.Change(s.find, func(g *logGroup, _ *logsInput) { g.KmsKeyID = "" }),
		"TagResource":                   tagResource,
		"UntagResource":                 untagResource,
		"ListTagsForResource":           api.Show(s.find, func(g *logGroup) any { return api.Obj{"tags": g.tags} }),
		"CreateLogStream":               api.On(s.find, s.createLogStream, "LogStreamName"),
		"DescribeLogStreams":            api.On(s.find, s.describeLogStreams),
		"PutLogEvents":                  api.On(s.stream, s.putLogEvents, "LogEvents"),
		"GetLogEvents":                  api.On(s.stream, s.getLogEvents),
		"FilterLogEvents":               api.On(s.find, s.filterLogEvents),
		"StartQuery":                    api.Op(s.startQuery, "QueryString"),
		"GetQueryResults":               api.Op(s.getQueryResults, "QueryID"),
		"PutSubscriptionFilter":         api.On(s.find, s.putSubscriptionFilter, "FilterName", "FilterPattern", "DestinationArn"),
		"DescribeSubscriptionFilters":   api.On(s.find, s.describeSubscriptionFilters),
		"DeleteSubscriptionFilter":      api.On(s.find, s.deleteSubscriptionFilter, "FilterName"),
	}
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

func (s *Service) createLogGroup(_ *api.Request, in *logsInput) (any, error) {
	switch {
	case s.groups[in.LogGroupName] != nil:
		return nil, api.Refuse("ResourceAlreadyExistsException", "The specified log group already exists")
	case strings.HasPrefix(in.LogGroupName, "aws/"):
		return nil, badLogParameter("Log groups starting with AWS/ are reserved for AWS.")
	case in.Tags != nil && len(in.Tags) == 0:
		return nil, badLogParameter("1 validation error detected: Value '{}' at 'tags' failed to satisfy constraint: Member must have length greater than or equal to 1")
	}
	arn := in.ARN(s.region)
	g := &logGroup{
		Name: in.LogGroupName, CreationTime: time.Now().UnixMilli(), Arn: arn + ":*", GroupArn: arn, Class: cmp.Or(in.LogGroupClass, "STANDARD"),
		KmsKeyID: in.KmsKeyID, Protected: in.DeletionProtectionEnabled, streams: map[string]*logStream{}, subscriptions: map[string]*subscription{},
	}
	if err := g.tags.Add("logs", in.Tags); err != nil {
		return nil, err
	}
	s.groups[g.Name] = g
	return nil, nil
}

func (s *Service) deleteLogGroup(g *logGroup, _ *logsInput) (any, error) {
	if g.Protected {
		return nil, api.Refuse("ValidationException", "The log group %s has deletion protection enabled.", g.Name)
	}
	delete(s.groups, g.Name)
	return nil, nil
}

func (s *Service) describeLogGroups(_ *api.Request, in *logsInput) (any, error) {
	found := slices.DeleteFunc(api.Sorted(s.groups), func(g *logGroup) bool {
		return !strings.HasPrefix(g.Name, in.LogGroupNamePrefix) || !strings.Contains(g.Name, in.LogGroupNamePattern)
	})
	for i, g := range found {
		found[i] = g.shown(s.opts.Retention)
	}
	return api.Paged("logs", "logGroups", found, "nextToken", in.NextToken, in.Limit, 50)
}

// shown returns the group with the effective retention: the account's if there is one, or two days in the
// class DELIVERY.
func (g *logGroup) shown(account *Retention) *logGroup {
	shown := *g
	switch {
	case g.Class == "DELIVERY":
		shown.Retention = 2
	case account != nil:
		shown.Retention, shown.RuledBy = account.Days, account.Policy
	}
	return &shown
}
