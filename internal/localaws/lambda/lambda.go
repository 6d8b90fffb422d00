// Package lambda is Lambda of the local AWS: functions and their configuration, and their execution in sandboxes.
package lambda

import (
	"cmp"
	"net/http"
	"strings"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// Service holds one Region's functions.
type Service struct {
	region    *api.Region
	host      *Host
	needs     Needs
	functions map[string]*function
	mappings  map[string]*mapping // by UUID
	signing   []string            // IDs of code signing configurations
}

// Needs are the other services that Lambda uses. They are called with the lock held.
type Needs struct {
	Roles interface {
		// RoleID returns the unique ID of the role with this ARN, "" if there is none.
		RoleID(arn string) string
		// Assumable reports whether a service can assume the role yet.
		Assumable(arn, service string) bool
		// RoleMay reports whether a role's policies allow what a service does with it.
		RoleMay(arn, action, resource string) bool
	}
	Logs interface {
		// Write adds a message to a log stream, if the role is allowed to.
		Write(role, group, stream, message string)
	}
	Destinations interface {
		// Missing reports whether the ARN is that of a queue or topic of this Region that does not exist.
		Missing(arn string) bool
		// Send adds a message to a queue.
		Send(arn string, body []byte)
	}
}

// New returns Lambda in one Region.
func New(host *Host, r *api.Region, needs Needs) *Service {
	return &Service{region: r, host: host, needs: needs, functions: map[string]*function{}, mappings: map[string]*mapping{}}
}

// API lists the actions of Lambda's API: HTTP status of success, method, path, action.
const API = `
201 POST   /2015-03-31/functions                                         CreateFunction
200 GET    /2015-03-31/functions                                         ListFunctions
200 GET    /2015-03-31/functions/{FunctionName}                          GetFunction
204 DELETE /2015-03-31/functions/{FunctionName}                          DeleteFunction
200 GET    /2015-03-31/functions/{FunctionName}/configuration            GetFunctionConfiguration
200 PUT    /2015-03-31/functions/{FunctionName}/configuration            UpdateFunctionConfiguration
200 PUT    /2015-03-31/functions/{FunctionName}/code                     UpdateFunctionCode
200 GET    /2015-03-31/functions/{FunctionName}/versions                 ListVersionsByFunction
200 POST   /2015-03-31/functions/{FunctionName}/invocations              Invoke
201 POST   /2015-03-31/functions/{FunctionName}/policy                   AddPermission
200 GET    /2015-03-31/functions/{FunctionName}/policy                   GetPolicy
204 DELETE /2015-03-31/functions/{FunctionName}/policy/{StatementId}     RemovePermission
200 PUT    /2017-10-31/functions/{FunctionName}/concurrency              PutFunctionConcurrency
204 DELETE /2017-10-31/functions/{FunctionName}/concurrency              DeleteFunctionConcurrency
200 GET    /2019-09-30/functions/{FunctionName}/concurrency              GetFunctionConcurrency
200 PUT    /2019-09-25/functions/{FunctionName}/event-invoke-config      PutFunctionEventInvokeConfig
200 GET    /2019-09-25/functions/{FunctionName}/event-invoke-config      GetFunctionEventInvokeConfig
204 DELETE /2019-09-25/functions/{FunctionName}/event-invoke-config      DeleteFunctionEventInvokeConfig
204 POST   /2017-03-31/tags/{Resource}                                   TagResource
204 DELETE /2017-03-31/tags/{Resource}                                   UntagResource
200 GET    /2017-03-31/tags/{Resource}                                   ListTags
202 POST   /2015-03-31/event-source-mappings                             CreateEventSourceMapping
202 DELETE /2015-03-31/event-source-mappings/{UUID}                      DeleteEventSourceMapping
200 GET    /2015-03-31/event-source-mappings                             ListEventSourceMappings
201 POST   /2021-10-31/functions/{FunctionName}/url                      CreateFunctionUrlConfig
200 GET    /2021-10-31/functions/{FunctionName}/url                      GetFunctionUrlConfig
204 DELETE /2021-10-31/functions/{FunctionName}/url                      DeleteFunctionUrlConfig
200 GET    /2021-10-31/functions/{FunctionName}/urls                     ListFunctionUrlConfigs
201 POST   /2020-04-22/code-signing-configs                              CreateCodeSigningConfig
200 PUT    /2020-06-30/functions/{FunctionName}/code-signing-config      PutFunctionCodeSigningConfig
200 GET    /2020-06-30/functions/{FunctionName}/code-signing-config      GetFunctionCodeSigningConfig
204 DELETE /2020-06-30/functions/{FunctionName}/code-signing-config      DeleteFunctionCodeSigningConfig
200 GET    /2016-08-19/account-settings                                  GetAccountSettings`

// lambdaInput has the members of all calls. Resource is the function's ARN in tagging calls.
type lambdaInput struct {
	FunctionName string `check:"len=1:170 re=(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?"`
	Resource     string
	functionSettings
	Qualifier string `check:"len=1:128 re=\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+"`
	Publish   bool
	DryRun    bool
	Code      struct {
		ZipFile                   []byte
		S3Bucket, S3Key, ImageURI string
	}
	ZipFile       []byte
	Architectures []string `check:"len=0:1 enum=arm64|x86_64"`
	PackageType   string   `check:"enum=Zip"`
	RevisionID    string   `json:"RevisionId"`

	StatementID   string `json:"StatementId" check:"len=1:100 re=([a-zA-Z0-9-_]+)"`
	Action        string `check:"re=(lambda:[*]|lambda:[a-zA-Z]+|[*])"`
	Principal     string `check:"re=[^\\s]+"`
	SourceArn     string `check:"re=arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:([a-z]{2}(-gov)?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)"`
	SourceAccount string `check:"re=\\d{12}"`

	triggerInput
	CodeSigningConfigArn string
	AllowedPublishers    api.Obj

	ReservedConcurrentExecutions *int `check:"min=0"`
	MaximumRetryAttempts         *int `check:"min=0 max=2"`
	MaximumEventAgeInSeconds     *int `check:"min=60 max=21600"`
	DestinationConfig            *destinations

	Marker   string
	MaxItems *int `json:",string"`
	api.Tagging
}

// named returns the function's own name and the qualifier of a name, an ARN or a partial ARN.
func (in *lambdaInput) named() (name, qualifier string) {
	name = cmp.Or(in.FunctionName, in.Resource)
	if _, own, ok := strings.Cut(name, "function:"); ok {
		name = own
	}
	name, qualifier, _ = strings.Cut(name, ":")
	return name, qualifier
}

func (in *lambdaInput) name() string {
	name, _ := in.named()
	return name
}

func (in *lambdaInput) ARN(r *api.Region) string {
	if in.name() == "" {
		return ""
	}
	return r.ARN("lambda", "function:"+in.name())
}

// Actions returns the actions by name.
func (s *Service) Actions() map[string]api.Action {
	tagResource, untagResource := api.TagCalls("lambda", s.find, func(f *function) *api.Tags { return &f.tags })
	return map[string]api.Action{
		"CreateFunction":                  api.Op(s.createFunction, "FunctionName", "Role"),
		"GetFunction":                     hiding(api.On(s.find, s.getFunction)),
		"GetFunctionConfiguration":        api.Show(s.find, func(f *function) any { return f.view() }),
		"UpdateFunctionCode":              api.On(s.writable, s.updateFunctionCode),
		"UpdateFunctionConfiguration":     api.On(s.writable, s.updateFunctionConfiguration),
		"DeleteFunction":                  api.On(s.find, s.deleteFunction),
		"ListFunctions":                   api.Op(s.listFunctions),
		"ListVersionsByFunction":          api.On(s.find, s.listVersions),
		"Invoke":                          api.Free(s.invoke),
		"AddPermission":                   api.On(s.find, s.addPermission, "StatementID", "Action", "Principal"),
		"RemovePermission":                api.On(s.find, s.removePermission),
		"GetPolicy":                       api.On(s.find, s.getPolicy),
		"PutFunctionConcurrency":          api.On(s.find, s.putFunctionConcurrency, "ReservedConcurrentExecutions"),
		"GetFunctionConcurrency":          api.Show(s.find, func(f *function) any { return f.concurrency() }),
		"DeleteFunctionConcurrency":       api.Change(s.find, func(f *function, _ *lambdaInput) { f.reserved = nil }),
		"PutFunctionEventInvokeConfig":    api.On(s.find, s.putEventInvokeConfig),
		"GetFunctionEventInvokeConfig":    api.Show(s.configured, func(f *function) any { return f.async }),
		"DeleteFunctionEventInvokeConfig": api.Change(s.configured, func(f *function, _ *lambdaInput) { f.async = nil }),
		"TagResource":                     tagResource,
		"UntagResource":                   untagResource,
		"ListTags":                        api.Show(s.find, func(f *function) any { return api.Obj{"Tags": f.tags} }),
		"CreateEventSourceMapping":        api.On(s.find, s.createEventSourceMapping, "FunctionName", "EventSourceArn"),
		"DeleteEventSourceMapping":        s.mapped(api.Op(s.deleteEventSourceMapping)),
		"ListEventSourceMappings":         api.Op(s.listEventSourceMappings),
		"CreateFunctionUrlConfig":         api.On(s.find, s.createFunctionURL, "AuthType"),
		"GetFunctionUrlConfig":            api.Show(s.withURL, func(f *function) any { return f.url }),
		"DeleteFunctionUrlConfig":         api.Change(s.withURL, func(f *function, _ *lambdaInput) { f.url = nil }),
		"ListFunctionUrlConfigs":          api.On(s.find, s.listFunctionURLs),
		"CreateCodeSigningConfig":         api.Op(s.createCodeSigningConfig, "AllowedPublishers"),
		"PutFunctionCodeSigningConfig":    api.On(s.find, s.putCodeSigningConfig, "CodeSigningConfigArn"),
		"GetFunctionCodeSigningConfig":    api.Show(s.find, (*function).codeSigning),
		"DeleteFunctionCodeSigningConfig": api.Change(s.find, func(f *function, _ *lambdaInput) { f.signing = "" }),
		"GetAccountSettings":              api.Op(s.getAccountSettings),
	}
}

// named returns a function that is not deleted yet, or nil.
func (s *Service) named(name string) *function {
	f := s.functions[name]
	if f == nil || f.gone() {
		delete(s.functions, name)
		return nil
	}
	return f
}

// Tagged returns the tags of all functions, by ARN. The lock must be held.
func (s *Service) Tagged() map[string]api.Tags {
	all := map[string]api.Tags{}
	for _, f := range s.functions {
		if !f.gone() {
			all[f.conf.FunctionArn] = f.tags
		}
	}
	return all
}

func (s *Service) find(in *lambdaInput) (*function, error) {
	if in.Resource != "" && in.Resource != in.ARN(s.region) {
		return nil, invalidParameter("The provided ARN %s is not an unqualified function ARN.", in.Resource)
	}
	_, qualifier := in.named()
	if qualifier != "" && in.Qualifier != "" && qualifier != in.Qualifier {
		return nil, invalidParameter("The derived qualifier from the function name does not match the specified qualifier.")
	}
	if qualifier = cmp.Or(in.Qualifier, qualifier); qualifier != "" && qualifier != "$LATEST" { // the only version
		return nil, notFound("Function not found: %s:%s", in.ARN(s.region), qualifier)
	}
	if f := s.named(in.name()); f != nil && !time.Now().Before(f.seenFrom) {
		return f, nil
	}
	return nil, notFound("Function not found: %s", in.ARN(s.region))
}

// here rejects versions, and code from sources that this package does not support.
func (in *lambdaInput) here() error {
	switch {
	case in.Code.S3Bucket+in.Code.S3Key+in.Code.ImageURI != "":
		return api.NotImplemented("lambda:CreateFunction with code that is no ZipFile")
	case in.Publish:
		return api.NotImplemented("lambda:PublishVersion, which publish=true asks for,")
	}
	return nil
}

func notFound(format string, args ...any) *api.Error {
	e := api.Refuse("ResourceNotFoundException", format, args...)
	e.Status = http.StatusNotFound // 400 in other services
	return e
}

func invalidParameter(format string, args ...any) *api.Error {
	return api.Refuse("InvalidParameterValueException", format, args...)
}

func conflict(format string, args ...any) *api.Error {
	return api.Refuse("ResourceConflictException", format, args...)
}
