package localaws

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// logsService keeps one region's log groups.
type logsService struct {
	region *region
	groups map[string]*logGroup
}

type logGroup struct {
	name      string
	created   time.Time
	retention int // days; 0: never expires
	kmsKey    string
	protected bool
	tags      tags
	streams   map[string]*logStream
}

func newLogs(r *region) *logsService { return &logsService{region: r, groups: map[string]*logGroup{}} }

func (s *logsService) actions() map[string]action {
	return map[string]action{
		"CreateLogGroup":                op(s.createLogGroup),
		"DeleteLogGroup":                op(s.deleteLogGroup),
		"DescribeLogGroups":             op(s.describeLogGroups),
		"PutRetentionPolicy":            op(s.putRetentionPolicy),
		"DeleteRetentionPolicy":         op(s.deleteRetentionPolicy),
		"PutLogGroupDeletionProtection": op(s.protect),
		"AssociateKmsKey":               op(s.associateKey),
		"DisassociateKmsKey":            op(s.disassociateKey),
		"TagResource":                   op(s.tagResource),
		"UntagResource":                 op(s.untagResource),
		"ListTagsForResource":           op(s.listTags),
		"CreateLogStream":               op(s.createLogStream),
		"DeleteLogStream":               op(s.deleteLogStream),
		"DescribeLogStreams":            op(s.describeLogStreams),
		"PutLogEvents":                  op(s.putLogEvents),
		"GetLogEvents":                  op(s.getLogEvents),
		"FilterLogEvents":               op(s.filterLogEvents),
	}
}

// logGroupRef is the part of an input that names a log group.
type logGroupRef struct {
	LogGroupName string `check:"required len=1:512 re=[\\.\\-_/#A-Za-z0-9]+"`
}

func (in logGroupRef) arn(r *region) string {
	if in.LogGroupName == "" {
		return ""
	}
	return r.arn("logs", "log-group:"+in.LogGroupName)
}

func (s *logsService) find(name string) (*logGroup, error) {
	if g := s.groups[name]; g != nil {
		return g, nil
	}
	return nil, refuse("ResourceNotFoundException", "The specified log group does not exist.")
}

func badLogParameter(format string, args ...any) *Error {
	return refuse("InvalidParameterException", format, args...)
}

type createLogGroupInput struct {
	logGroupRef
	KmsKeyID                  string `json:"kmsKeyId"`
	Tags                      *tags
	DeletionProtectionEnabled bool
}

func (s *logsService) createLogGroup(_ *call, in createLogGroupInput) (any, error) {
	if s.groups[in.LogGroupName] != nil {
		return nil, refuse("ResourceAlreadyExistsException", "The specified log group already exists")
	}
	if strings.HasPrefix(in.LogGroupName, "aws/") {
		return nil, badLogParameter("Log groups starting with AWS/ are reserved for AWS.")
	}
	if in.Tags != nil && len(*in.Tags) == 0 {
		return nil, badLogParameter("1 validation error detected: Value '{}' at 'tags' failed to satisfy constraint: Member must have length greater than or equal to 1")
	}
	g := &logGroup{name: in.LogGroupName, created: time.Now(), kmsKey: in.KmsKeyID, protected: in.DeletionProtectionEnabled, tags: tags{}, streams: map[string]*logStream{}}
	if in.Tags != nil {
		sum, reason := g.tags.with(*in.Tags)
		if reason != "" {
			return nil, badLogParameter("%s", reason)
		}
		g.tags = sum
	}
	s.groups[g.name] = g
	return nil, nil
}

func (s *logsService) deleteLogGroup(_ *call, in logGroupRef) (any, error) {
	g, err := s.find(in.LogGroupName)
	if err != nil {
		return nil, err
	}
	if g.protected {
		return nil, refuse("ValidationException", "The log group %s has deletion protection enabled.", g.name)
	}
	delete(s.groups, g.name)
	return nil, nil
}

type describeGroupsInput struct {
	LogGroupNamePrefix  string
	LogGroupNamePattern string
	NextToken           string
	Limit               *int `check:"min=1 max=50"`
}

type logGroupJSON struct {
	LogGroupName    string `json:"logGroupName"`
	CreationTime    int64  `json:"creationTime"`
	RetentionInDays int    `json:"retentionInDays,omitempty"`
	MetricFilters   int    `json:"metricFilterCount"`
	Arn             string `json:"arn"`
	StoredBytes     int    `json:"storedBytes"`
	KmsKeyID        string `json:"kmsKeyId,omitempty"`
	LogGroupClass   string `json:"logGroupClass"`
	LogGroupArn     string `json:"logGroupArn"`
	Protected       bool   `json:"deletionProtectionEnabled,omitempty"`
}

type logGroupsAnswer struct {
	LogGroups []logGroupJSON `json:"logGroups"`
	NextToken string         `json:"nextToken,omitempty"`
}

func (s *logsService) describeLogGroups(c *call, in describeGroupsInput) (logGroupsAnswer, error) {
	found := []logGroupJSON{}
	for _, name := range slices.Sorted(maps.Keys(s.groups)) {
		if !strings.HasPrefix(name, in.LogGroupNamePrefix) || !strings.Contains(name, in.LogGroupNamePattern) {
			continue
		}
		g, arn := s.groups[name], logGroupRef{name}.arn(c.region)
		found = append(found, logGroupJSON{
			LogGroupName: name, CreationTime: g.created.UnixMilli(), RetentionInDays: g.retention, Arn: arn + ":*",
			KmsKeyID: g.kmsKey, LogGroupClass: "STANDARD", LogGroupArn: arn, Protected: g.protected,
		})
	}
	shown, next := page(found, in.NextToken, limit(in.Limit, 50))
	return logGroupsAnswer{shown, next}, nil
}

type retentionInput struct {
	logGroupRef
	RetentionInDays *int `check:"required"`
}

func (s *logsService) putRetentionPolicy(_ *call, in retentionInput) (any, error) {
	g, err := s.find(in.LogGroupName)
	if err != nil {
		return nil, err
	}
	accepted := []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}
	if !slices.Contains(accepted, *in.RetentionInDays) {
		return nil, badLogParameter("1 validation error detected: Value '%d' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [%s]", *in.RetentionInDays, joinInts(accepted))
	}
	g.retention = *in.RetentionInDays
	return nil, nil
}

func joinInts(numbers []int) string {
	words := make([]string, 0, len(numbers))
	for _, n := range numbers {
		words = append(words, itoa(n))
	}
	return strings.Join(words, ", ")
}

func (s *logsService) deleteRetentionPolicy(_ *call, in logGroupRef) (any, error) {
	g, err := s.find(in.LogGroupName)
	if err != nil {
		return nil, err
	}
	g.retention = 0
	return nil, nil
}

type protectInput struct {
	LogGroupIdentifier        string `check:"required"`
	DeletionProtectionEnabled bool
}

func (s *logsService) protect(_ *call, in protectInput) (any, error) {
	g, err := s.find(afterLast(in.LogGroupIdentifier, ":"))
	if err != nil {
		return nil, err
	}
	g.protected = in.DeletionProtectionEnabled
	return nil, nil
}

type kmsKeyInput struct {
	logGroupRef
	KmsKeyID string `json:"kmsKeyId" check:"required"`
}

func (s *logsService) associateKey(_ *call, in kmsKeyInput) (any, error) {
	g, err := s.find(in.LogGroupName)
	if err != nil {
		return nil, err
	}
	g.kmsKey = in.KmsKeyID
	return nil, nil
}

func (s *logsService) disassociateKey(_ *call, in logGroupRef) (any, error) {
	g, err := s.find(in.LogGroupName)
	if err != nil {
		return nil, err
	}
	g.kmsKey = ""
	return nil, nil
}

type logTagInput struct {
	ResourceArn string `check:"required"`
	Tags        tags
	TagKeys     []string
}

func (in logTagInput) arn(*region) string { return in.ResourceArn }

// tagged gives the log group of an ARN, which tag calls take without ":*".
func (s *logsService) tagged(arn string) (*logGroup, error) {
	name, ok := strings.CutPrefix(arn, s.region.arn("logs", "log-group:"))
	if !ok || strings.HasSuffix(arn, ":*") {
		return nil, badLogParameter("1 validation error detected: Value '%s' at 'resourceArn' failed to satisfy constraint: Member must be a log group's ARN without ':*'", arn)
	}
	return s.find(name)
}

func (s *logsService) tagResource(_ *call, in logTagInput) (any, error) {
	g, err := s.tagged(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	if len(in.Tags) == 0 {
		return nil, badLogParameter("1 validation error detected: Value '{}' at 'tags' failed to satisfy constraint: Member must have length greater than or equal to 1")
	}
	sum, reason := g.tags.with(in.Tags)
	switch reason {
	case "":
		g.tags = sum
		return nil, nil
	case tooManyTags:
		return nil, refuse("TooManyTagsException", "%s", reason)
	}
	return nil, badLogParameter("%s", reason)
}

func (s *logsService) untagResource(_ *call, in logTagInput) (any, error) {
	g, err := s.tagged(in.ResourceArn)
	if err != nil {
		return nil, err
	}
	g.tags.without(in.TagKeys)
	return nil, nil
}

type logTagsAnswer struct {
	Tags tags `json:"tags"`
}

func (s *logsService) listTags(_ *call, in logTagInput) (logTagsAnswer, error) {
	g, err := s.tagged(in.ResourceArn)
	if err != nil {
		return logTagsAnswer{}, err
	}
	return logTagsAnswer{g.tags}, nil
}
