package localaws

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// mapping is an event source mapping. It is only stored: nothing reads the queue.
type mapping struct {
	UUID, EventSourceMappingArn, EventSourceArn, FunctionArn string
	BatchSize, MaximumBatchingWindowInSeconds                int
	LastModified                                             epoch
	State, StateTransitionReason                             string
	FunctionResponseTypes                                    []string
}

// functionURL is a function's URL. It does not respond.
type functionURL struct {
	FunctionURL                    string `json:"FunctionUrl"`
	FunctionArn, AuthType          string
	CreationTime, LastModifiedTime string
	InvokeMode                     string
}

// triggerInput is the input of calls about other ways to invoke a function.
type triggerInput struct {
	UUID           string
	EventSourceArn string `check:"re=arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:([a-z]{2}(-gov)?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)"`
	BatchSize      *int   `check:"min=1 max=10000"`
	Enabled        *bool
	AuthType       string `check:"enum=NONE|AWS_IAM"`
	InvokeMode     string `check:"enum=BUFFERED|RESPONSE_STREAM"`
}

func (s *lambdaService) createEventSourceMapping(f *function, in *lambdaInput) (any, error) {
	_, service, _ := strings.Cut(in.EventSourceArn, ":"+s.region.partition()+":")
	if !strings.HasPrefix(service, "sqs:") {
		return nil, notHere("lambda:CreateEventSourceMapping of a source that is no SQS queue")
	}
	if s.needs.Destinations.Missing(in.EventSourceArn) {
		return nil, invalidParameter("Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist.")
	}
	if !s.needs.Roles.RoleMay(f.conf.Role, "sqs:ReceiveMessage", in.EventSourceArn) {
		return nil, invalidParameter("The provided execution role does not have permissions to call ReceiveMessage on SQS")
	}
	for _, m := range s.mappings {
		if m.EventSourceArn == in.EventSourceArn && m.FunctionArn == f.conf.FunctionArn {
			return nil, conflict("An event source mapping with SQS arn (\" %s \") and function (\" %s \") already exists. Please update or delete the existing mapping with UUID %s",
				m.EventSourceArn, f.conf.FunctionName, m.UUID)
		}
	}
	m := &mapping{
		UUID: newID(), EventSourceArn: in.EventSourceArn, FunctionArn: f.conf.FunctionArn, BatchSize: 10,
		LastModified: epoch(time.Now()), State: "Enabled", StateTransitionReason: "USER_INITIATED", FunctionResponseTypes: []string{},
	}
	set(&m.BatchSize, in.BatchSize)
	if in.Enabled != nil && !*in.Enabled {
		m.State = "Disabled"
	}
	m.EventSourceMappingArn = s.region.arn("lambda", "event-source-mapping:"+m.UUID)
	s.mappings[m.UUID] = m
	return m, nil
}

func (s *lambdaService) deleteEventSourceMapping(_ *call, in *lambdaInput) (any, error) {
	m := s.mappings[in.UUID]
	if m == nil {
		return nil, notFound("The resource you requested does not exist.")
	}
	delete(s.mappings, in.UUID)
	m.State = "Deleting"
	return m, nil
}

// listEventSourceMappings does not require the function: a mapping outlives it.
func (s *lambdaService) listEventSourceMappings(c *call, in *lambdaInput) (any, error) {
	all := []*mapping{}
	for _, m := range sorted(s.mappings) {
		if (in.FunctionName == "" || m.FunctionArn == in.arn(c.region)) && cmp.Or(in.EventSourceArn, m.EventSourceArn) == m.EventSourceArn {
			all = append(all, m)
		}
	}
	return paged("lambda", "EventSourceMappings", all, "NextMarker", in.Marker, in.MaxItems, 100)
}

func (s *lambdaService) createFunctionURL(f *function, in *lambdaInput) (any, error) {
	if f.url != nil {
		return nil, conflict("Failed to create function url config for [functionArn = %s]. Error message:  FunctionUrlConfig exists for this Lambda function", f.conf.FunctionArn)
	}
	now := time.Now().UTC().Format(time.RFC3339Nano)
	f.url = &functionURL{
		FunctionURL: "https://" + randomHex(32) + ".lambda-url." + s.region.name + ".on.aws/", FunctionArn: f.conf.FunctionArn,
		AuthType: in.AuthType, InvokeMode: cmp.Or(in.InvokeMode, "BUFFERED"), CreationTime: now, LastModifiedTime: now,
	}
	return f.url, nil
}

// withURL is find for a function with a URL.
func (s *lambdaService) withURL(in *lambdaInput) (*function, error) {
	f, err := s.find(in)
	if err == nil && f.url == nil {
		err = notFound("The resource you requested does not exist.")
	}
	return f, err
}

func (s *lambdaService) listFunctionURLs(f *function, in *lambdaInput) (any, error) {
	all := []*functionURL{}
	if f.url != nil {
		all = append(all, f.url)
	}
	return paged("lambda", "FunctionUrlConfigs", all, "NextMarker", in.Marker, in.MaxItems, 50)
}

// createCodeSigningConfig creates a configuration for functions. Signatures are never checked.
func (s *lambdaService) createCodeSigningConfig(c *call, in *lambdaInput) (any, error) {
	id := "csc-" + randomHex(17)
	made := obj{
		"CodeSigningConfigId": id, "CodeSigningConfigArn": c.region.arn("lambda", "code-signing-config:"+id), "AllowedPublishers": in.AllowedPublishers,
		"CodeSigningPolicies": obj{"UntrustedArtifactOnDeployment": "Warn"}, "LastModified": time.Now().UTC().Format(time.RFC3339),
	}
	s.signing = append(s.signing, id)
	return obj{"CodeSigningConfig": made}, nil
}

func (s *lambdaService) putCodeSigningConfig(f *function, in *lambdaInput) (any, error) {
	if !strings.HasPrefix(in.CodeSigningConfigArn, s.region.arn("lambda", "code-signing-config:")) || !slices.Contains(s.signing, afterLast(in.CodeSigningConfigArn, ":")) {
		e := notFound("The code signing configuration cannot be found. Check that the provided configuration is not deleted: %s.", in.CodeSigningConfigArn)
		e.Code = "CodeSigningConfigNotFoundException"
		return nil, e
	}
	f.signing = in.CodeSigningConfigArn
	return f.codeSigning(), nil
}

// codeSigning returns an empty response for a function without such a configuration.
func (f *function) codeSigning() any {
	if f.signing == "" {
		return obj{}
	}
	return obj{"CodeSigningConfigArn": f.signing, "FunctionName": f.conf.FunctionName}
}
