package lambda

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

func (s *Service) createEventSourceMapping(f *function, in *lambdaInput) (any, error) {
	_, service, _ := strings.Cut(in.EventSourceArn, ":"+s.region.Partition()+":")
	if !strings.HasPrefix(service, "sqs:") {
		return nil, api.NotImplemented("lambda:CreateEventSourceMapping of a source that is no SQS queue")
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
		UUID: api.NewID(), EventSourceArn: in.EventSourceArn, FunctionArn: f.conf.FunctionArn, BatchSize: 10,
		LastModified: api.Epoch(time.Now()), State: "Enabled", StateTransitionReason: "USER_INITIATED", FunctionResponseTypes: []string{},
	}
	api.Set(&m.BatchSize, in.BatchSize)
	if in.Enabled != nil && !*in.Enabled {
		m.State = "Disabled"
	}
	m.EventSourceMappingArn = s.region.ARN("lambda", "event-source-mapping:"+m.UUID)
	s.mappings[m.UUID] = m
	return m, nil
}

func (s *Service) deleteEventSourceMapping(_ *api.Request, in *lambdaInput) (any, error) {
	m := s.mappings[in.UUID]
	if m == nil {
		return nil, notFound("The resource you requested does not exist.")
	}
	delete(s.mappings, in.UUID)
	m.State = "Deleting"
	return m, nil
}

// listEventSourceMappings does not require the function: a mapping outlives it.
func (s *Service) listEventSourceMappings(c *api.Request, in *lambdaInput) (any, error) {
	all := []*mapping{}
	for _, m := range api.Sorted(s.mappings) {
		if (in.FunctionName == "" || m.FunctionArn == in.ARN(c.Region)) && cmp.Or(in.EventSourceArn, m.EventSourceArn) == m.EventSourceArn {
			all = append(all, m)
		}
	}
	return api.Paged("lambda", "EventSourceMappings", all, "NextMarker", in.Marker, in.MaxItems, 100)
}

func (s *Service) createFunctionURL(f *function, in *lambdaInput) (any, error) {
	if f.url != nil {
		return nil, conflict("Failed to create function url config for [functionArn = %s]. Error message:  FunctionUrlConfig exists for this Lambda function", f.conf.FunctionArn)
	}
	now := time.Now().UTC().Format(time.RFC3339Nano)
	f.url = &functionURL{
		FunctionURL: "https://" + api.RandomHex(32) + ".lambda-url." + s.region.Name + ".on.aws/", FunctionArn: f.conf.FunctionArn,
		AuthType: in.AuthType, InvokeMode: cmp.Or(in.InvokeMode, "BUFFERED"), CreationTime: now, LastModifiedTime: now,
	}
	return f.url, nil
}

// withURL is find for a function with a URL.
func (s *Service) withURL(in *lambdaInput) (*function, error) {
	f, err := s.find(in)
	if err == nil && f.url == nil {
		err = notFound("The resource you requested does not exist.")
	}
	return f, err
}

func (s *Service) listFunctionURLs(f *function, in *lambdaInput) (any, error) {
	all := []*functionURL{}
	if f.url != nil {
		all = append(all, f.url)
	}
	return api.Paged("lambda", "FunctionUrlConfigs", all, "NextMarker", in.Marker, in.MaxItems, 50)
}

// createCodeSigningConfig creates a configuration for functions. Signatures are never checked.
func (s *Service) createCodeSigningConfig(c *api.Request, in *lambdaInput) (any, error) {
	id := "csc-" + api.RandomHex(17)
	made := api.Obj{
		"CodeSigningConfigId": id, "CodeSigningConfigArn": c.Region.ARN("lambda", "code-signing-config:"+id), "AllowedPublishers": in.AllowedPublishers,
		"CodeSigningPolicies": api.Obj{"UntrustedArtifactOnDeployment": "Warn"}, "LastModified": time.Now().UTC().Format(time.RFC3339),
	}
	s.signing = append(s.signing, id)
	return api.Obj{"CodeSigningConfig": made}, nil
}

func (s *Service) putCodeSigningConfig(f *function, in *lambdaInput) (any, error) {
	if !strings.HasPrefix(in.CodeSigningConfigArn, s.region.ARN("lambda", "code-signing-config:")) || !slices.Contains(s.signing, api.AfterLast(in.CodeSigningConfigArn, ":")) {
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
		return api.Obj{}
	}
	return api.Obj{"CodeSigningConfigArn": f.signing, "FunctionName": f.conf.FunctionName}
}
