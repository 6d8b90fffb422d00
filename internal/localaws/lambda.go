package localaws

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// lambdaService keeps one region's functions.
type lambdaService struct {
	region    *region
	functions map[string]*function
	running   int // executions in flight that count against the account's unreserved concurrency
}

func newLambda(r *region) *lambdaService {
	return &lambdaService{region: r, functions: map[string]*function{}}
}

// lambdaRoutes is where Lambda's API has its actions.
func lambdaRoutes() []route {
	var routes []route
	add := func(success int, method, path, action string) {
		segments := strings.Split(strings.Trim(path, "/"), "/")
		routes = append(routes, route{method: method, path: segments, action: action, success: success})
	}
	const functions, one = "/2015-03-31/functions", "/2015-03-31/functions/{FunctionName}"
	add(http.StatusCreated, "POST", functions, "CreateFunction")
	add(http.StatusOK, "GET", functions, "ListFunctions")
	add(http.StatusOK, "GET", one, "GetFunction")
	add(http.StatusNoContent, "DELETE", one, "DeleteFunction")
	add(http.StatusOK, "GET", one+"/configuration", "GetFunctionConfiguration")
	add(http.StatusOK, "PUT", one+"/configuration", "UpdateFunctionConfiguration")
	add(http.StatusOK, "PUT", one+"/code", "UpdateFunctionCode")
	add(http.StatusOK, "POST", one+"/invocations", "Invoke")
	add(http.StatusCreated, "POST", one+"/policy", "AddPermission")
	add(http.StatusOK, "GET", one+"/policy", "GetPolicy")
	add(http.StatusNoContent, "DELETE", one+"/policy/{StatementId}", "RemovePermission")
	add(http.StatusOK, "PUT", "/2017-10-31/functions/{FunctionName}/concurrency", "PutFunctionConcurrency")
	add(http.StatusOK, "GET", "/2019-09-30/functions/{FunctionName}/concurrency", "GetFunctionConcurrency")
	add(http.StatusNoContent, "DELETE", "/2017-10-31/functions/{FunctionName}/concurrency", "DeleteFunctionConcurrency")
	add(http.StatusOK, "PUT", "/2019-09-25/functions/{FunctionName}/event-invoke-config", "PutFunctionEventInvokeConfig")
	add(http.StatusOK, "GET", "/2019-09-25/functions/{FunctionName}/event-invoke-config", "GetFunctionEventInvokeConfig")
	add(http.StatusNoContent, "DELETE", "/2019-09-25/functions/{FunctionName}/event-invoke-config", "DeleteFunctionEventInvokeConfig")
	add(http.StatusNoContent, "POST", "/2017-03-31/tags/{Resource}", "TagResource")
	add(http.StatusOK, "GET", "/2017-03-31/tags/{Resource}", "ListTags")
	add(http.StatusNoContent, "DELETE", "/2017-03-31/tags/{Resource}", "UntagResource")
	add(http.StatusOK, "GET", "/2016-08-19/account-settings", "GetAccountSettings")
	return routes
}

func (s *lambdaService) actions() map[string]action {
	return map[string]action{
		"CreateFunction":                  op(s.createFunction),
		"GetFunction":                     op(s.getFunction),
		"GetFunctionConfiguration":        op(s.getFunctionConfiguration),
		"UpdateFunctionCode":              op(s.updateFunctionCode),
		"UpdateFunctionConfiguration":     op(s.updateFunctionConfiguration),
		"DeleteFunction":                  op(s.deleteFunction),
		"ListFunctions":                   op(s.listFunctions),
		"Invoke":                          free(s.invoke),
		"AddPermission":                   op(s.addPermission),
		"RemovePermission":                op(s.removePermission),
		"GetPolicy":                       op(s.getPolicy),
		"PutFunctionConcurrency":          op(s.putFunctionConcurrency),
		"GetFunctionConcurrency":          op(s.getFunctionConcurrency),
		"DeleteFunctionConcurrency":       op(s.deleteFunctionConcurrency),
		"PutFunctionEventInvokeConfig":    op(s.putEventInvokeConfig),
		"GetFunctionEventInvokeConfig":    op(s.getEventInvokeConfig),
		"DeleteFunctionEventInvokeConfig": op(s.deleteEventInvokeConfig),
		"TagResource":                     op(s.tagResource),
		"UntagResource":                   op(s.untagResource),
		"ListTags":                        op(s.listTags),
		"GetAccountSettings":              op(s.getAccountSettings),
	}
}

// functionRef is the part of an input that names a function: its name or ARN, with or without $LATEST.
type functionRef struct {
	FunctionName string `check:"required len=1:170 re=(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?"`
}

func (in functionRef) arn(r *region) string { return r.arn("lambda", "function:"+in.name()) }

// name is the function's own name.
func (in functionRef) name() string {
	return afterLast(strings.TrimSuffix(in.FunctionName, ":$LATEST"), ":")
}

// find gives a function that has not gone yet.
func (s *lambdaService) find(ref functionRef) (*function, error) {
	f := s.functions[ref.name()]
	if f != nil && f.gone() {
		delete(s.functions, ref.name())
		f = nil
	}
	if f == nil {
		return nil, notFound("Function not found: %s", ref.arn(s.region))
	}
	return f, nil
}

func notFound(format string, args ...any) *Error {
	return refuseWith(http.StatusNotFound, "ResourceNotFoundException", format, args...)
}

func invalidParameter(format string, args ...any) *Error {
	return refuse("InvalidParameterValueException", format, args...)
}

func conflict(format string, args ...any) *Error {
	return refuseWith(http.StatusConflict, "ResourceConflictException", format, args...)
}

type createFunctionInput struct {
	functionRef
	functionSettings
	Code          codeInput
	Architectures []string
	PackageType   string `check:"enum=Zip"`
	Publish       bool
	Tags          tags
}

func (s *lambdaService) createFunction(c *call, in createFunctionInput) (configuration, error) {
	if len(in.name()) > 64 {
		return configuration{}, invalidParameter("1 validation error detected: Value '%s' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64", in.name())
	}
	if _, err := s.find(in.functionRef); err == nil {
		return configuration{}, conflict("Function already exist: %s", in.name())
	}
	given, reason := tags(nil).with(in.Tags)
	if reason != "" {
		return configuration{}, invalidParameter("%s", reason)
	}
	f := newFunction(c.region, in.name())
	if err := f.setCode(in.Code.ZipFile, orDefault(first(in.Architectures), "x86_64"), in.Architectures); err != nil {
		return configuration{}, err
	}
	if in.Runtime == "" || in.Handler == "" {
		return configuration{}, invalidParameter("Runtime and Handler are mandatory parameters for functions created with deployment packages.")
	}
	if err := f.apply(in.functionSettings); err != nil {
		return configuration{}, err
	}
	f.tags, f.activeAt = given, time.Now().Add(c.server.delays.FunctionActive)
	s.functions[in.name()] = f
	return f.view(), nil
}

// first is the first of a list, or the zero value.
func first[T any](list []T) T {
	var zero T
	if len(list) == 0 {
		return zero
	}
	return list[0]
}

type functionAnswer struct {
	Configuration configuration
	Code          struct{ RepositoryType, Location string }
	Tags          tags         `json:",omitempty"`
	Concurrency   *concurrency `json:",omitempty"`
}

func (s *lambdaService) getFunction(_ *call, in functionRef) (functionAnswer, error) {
	f, err := s.find(in)
	if err != nil {
		return functionAnswer{}, err
	}
	answer := functionAnswer{Configuration: f.view(), Tags: f.tags, Concurrency: f.concurrency()}
	answer.Code.RepositoryType = "S3"
	return answer, nil
}

func (s *lambdaService) getFunctionConfiguration(_ *call, in functionRef) (configuration, error) {
	f, err := s.find(in)
	if err != nil {
		return configuration{}, err
	}
	return f.view(), nil
}

type updateCodeInput struct {
	functionRef
	codeInput
	Architectures []string
	RevisionID    string `json:"RevisionId"`
	DryRun        bool
}

func (s *lambdaService) updateFunctionCode(c *call, in updateCodeInput) (configuration, error) {
	f, err := s.find(in.functionRef)
	if err != nil {
		return configuration{}, err
	}
	if err := f.writable(in.RevisionID); err != nil {
		return configuration{}, err
	}
	if err := f.setCode(in.ZipFile, f.conf.Architectures[0], in.Architectures); err != nil {
		return configuration{}, err
	}
	f.updated(c.server.delays.FunctionUpdate)
	return f.view(), nil
}

type updateConfigurationInput struct {
	functionRef
	functionSettings
	RevisionID string `json:"RevisionId"`
}

func (s *lambdaService) updateFunctionConfiguration(c *call, in updateConfigurationInput) (configuration, error) {
	f, err := s.find(in.functionRef)
	if err != nil {
		return configuration{}, err
	}
	if err := f.writable(in.RevisionID); err != nil {
		return configuration{}, err
	}
	if err := f.apply(in.functionSettings); err != nil {
		return configuration{}, err
	}
	f.updated(c.server.delays.FunctionUpdate)
	return f.view(), nil
}

func (s *lambdaService) deleteFunction(c *call, in functionRef) (any, error) {
	f, err := s.find(in)
	if err != nil {
		return nil, err
	}
	if f.goneAt.IsZero() {
		f.goneAt = time.Now().Add(c.server.delays.FunctionDelete)
		f.discard()
	}
	return nil, nil
}

type listFunctionsInput struct {
	Marker   string
	MaxItems *int `json:",string"`
}

type functionsAnswer struct {
	Functions  []configuration
	NextMarker string `json:",omitempty"`
}

func (s *lambdaService) listFunctions(_ *call, in listFunctionsInput) (functionsAnswer, error) {
	all := []configuration{}
	for _, f := range s.functions {
		if !f.gone() {
			all = append(all, f.conf)
		}
	}
	slices.SortFunc(all, func(a, b configuration) int { return strings.Compare(a.FunctionName, b.FunctionName) })
	shown, next := page(all, in.Marker, limit(in.MaxItems, 50))
	return functionsAnswer{shown, next}, nil
}
