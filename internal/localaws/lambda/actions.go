package lambda

import "github.com/spothandler/spothandler/internal/localaws/api"

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
