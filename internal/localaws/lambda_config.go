package localaws

import (
	"encoding/json"
	"regexp"
	"slices"
	"time"
)

// statement is one statement of a function's resource policy, in the order in which AWS writes it.
type statement struct {
	Sid       string
	Effect    string
	Principal any // "*" or a map
	Action    string
	Resource  string
	Condition map[string]map[string]string `json:",omitempty"`
}

// policyLimit is the size of a resource policy in bytes.
const policyLimit = 20480

type addPermissionInput struct {
	functionRef
	StatementID   string `json:"StatementId" check:"required len=1:100 re=([a-zA-Z0-9-_]+)"`
	Action        string `check:"required re=(lambda:[*]|lambda:[a-zA-Z]+|[*])"`
	Principal     string `check:"required re=[^\\s]+"`
	SourceArn     string `check:"re=arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:([a-z]{2}(-gov)?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)"`
	SourceAccount string `check:"re=\\d{12}"`
	RevisionID    string `json:"RevisionId"`
}

type permissionAnswer struct {
	Statement string
}

func (s *lambdaService) addPermission(_ *call, in addPermissionInput) (permissionAnswer, error) {
	f, err := s.find(in.functionRef)
	if err != nil {
		return permissionAnswer{}, err
	}
	if f.statement(in.StatementID) >= 0 {
		return permissionAnswer{}, conflict("The statement id (%s) provided already exists. Please provide a new statement id, or remove the existing statement.", in.StatementID)
	}
	added, err := in.statement(f)
	if err != nil {
		return permissionAnswer{}, err
	}
	f.policy = append(f.policy, added)
	text := f.policyText()
	if len(text) > policyLimit {
		f.policy = f.policy[:len(f.policy)-1]
		return permissionAnswer{}, refuse("PolicyLengthExceededException", "The final policy size (%d) is bigger than the limit (%d).", len(text), policyLimit)
	}
	f.conf.RevisionID = newID()
	one, err := json.Marshal(added)
	return permissionAnswer{Statement: string(one)}, err
}

// statement words the permission as Lambda does.
func (in addPermissionInput) statement(f *function) (statement, error) {
	added := statement{Sid: in.StatementID, Effect: "Allow", Action: in.Action, Resource: f.conf.FunctionArn}
	switch {
	case in.Principal == "*":
		added.Principal = "*"
	case regexp.MustCompile(`^\d{12}$`).MatchString(in.Principal):
		added.Principal = map[string]string{"AWS": "arn:" + f.region.partition() + ":iam::" + in.Principal + ":root"}
	case regexp.MustCompile(`^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$`).MatchString(in.Principal):
		added.Principal = map[string]string{"Service": in.Principal}
	default:
		return added, invalidParameter("The provided principal was invalid. Please check the principal and try again.")
	}
	added.Condition = map[string]map[string]string{}
	if in.SourceAccount != "" {
		added.Condition["StringEquals"] = map[string]string{"AWS:SourceAccount": in.SourceAccount}
	}
	if in.SourceArn != "" {
		added.Condition["ArnLike"] = map[string]string{"AWS:SourceArn": in.SourceArn}
	}
	return added, nil
}

// statement is the index of a statement, -1 where there is none.
func (f *function) statement(id string) int {
	return slices.IndexFunc(f.policy, func(s statement) bool { return s.Sid == id })
}

func (f *function) policyText() string {
	text, err := json.Marshal(struct {
		Version   string
		ID        string `json:"Id"`
		Statement []statement
	}{"2012-10-17", "default", f.policy})
	if err != nil { // plain strings only: cannot happen
		return ""
	}
	return string(text)
}

type removePermissionInput struct {
	functionRef
	StatementID string `json:"StatementId" check:"required len=1:100 re=([a-zA-Z0-9-_.]+)"`
	RevisionID  string `json:"RevisionId"`
}

func (s *lambdaService) removePermission(_ *call, in removePermissionInput) (any, error) {
	f, err := s.find(in.functionRef)
	if err != nil {
		return nil, err
	}
	if len(f.policy) == 0 {
		return nil, notFound("No policy is associated with the given resource.")
	}
	i := f.statement(in.StatementID)
	if i < 0 {
		return nil, notFound("Statement %s is not found in resource policy.", in.StatementID)
	}
	f.policy = slices.Delete(f.policy, i, i+1)
	f.conf.RevisionID = newID()
	return nil, nil
}

type policyAnswer struct {
	Policy     string
	RevisionID string `json:"RevisionId"`
}

func (s *lambdaService) getPolicy(_ *call, in functionRef) (policyAnswer, error) {
	f, err := s.find(in)
	if err != nil {
		return policyAnswer{}, err
	}
	if len(f.policy) == 0 {
		return policyAnswer{}, notFound("The resource you requested does not exist.")
	}
	return policyAnswer{f.policyText(), f.conf.RevisionID}, nil
}

// allows tells whether the resource policy lets a service invoke the function on behalf of a resource.
func (f *function) allows(service, sourceARN string) bool {
	return slices.ContainsFunc(f.policy, func(s statement) bool {
		principal, _ := s.Principal.(map[string]string)
		return principal["Service"] == service && (s.Action == "lambda:InvokeFunction" || s.Action == "lambda:*") &&
			(s.Condition["ArnLike"] == nil || wildcard(s.Condition["ArnLike"]["AWS:SourceArn"], sourceARN)) &&
			(s.Condition["StringEquals"] == nil || s.Condition["StringEquals"]["AWS:SourceAccount"] == f.region.server.opts.Account)
	})
}

type concurrency struct {
	ReservedConcurrentExecutions int
}

func (f *function) concurrency() *concurrency {
	if f.reserved == nil {
		return nil
	}
	return &concurrency{*f.reserved}
}

// reservedElsewhere is what other functions of the region have reserved.
func (s *lambdaService) reservedElsewhere(but *function) int {
	sum := 0
	for _, f := range s.functions {
		if f != but && f.reserved != nil && !f.gone() {
			sum += *f.reserved
		}
	}
	return sum
}

type putConcurrencyInput struct {
	functionRef
	ReservedConcurrentExecutions *int `check:"required min=0"`
}

func (s *lambdaService) putFunctionConcurrency(c *call, in putConcurrencyInput) (concurrency, error) {
	f, err := s.find(in.functionRef)
	if err != nil {
		return concurrency{}, err
	}
	total, wanted := c.server.opts.Concurrency, *in.ReservedConcurrentExecutions
	minimum := min(100, total)
	if total-s.reservedElsewhere(f)-wanted < minimum {
		return concurrency{}, invalidParameter("Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [%d].", minimum)
	}
	f.reserved = &wanted
	return concurrency{wanted}, nil
}

func (s *lambdaService) getFunctionConcurrency(_ *call, in functionRef) (any, error) {
	f, err := s.find(in)
	if err != nil {
		return nil, err
	}
	if f.reserved == nil {
		return struct{}{}, nil
	}
	return f.concurrency(), nil
}

func (s *lambdaService) deleteFunctionConcurrency(_ *call, in functionRef) (any, error) {
	f, err := s.find(in)
	if err != nil {
		return nil, err
	}
	f.reserved = nil
	return nil, nil
}

// asyncConfig is a function's configuration for asynchronous invocation.
type asyncConfig struct {
	LastModified             epoch
	FunctionArn              string
	MaximumRetryAttempts     *int `json:",omitempty"`
	MaximumEventAgeInSeconds *int `json:",omitempty"`
	DestinationConfig        destinations
}

type destinations struct {
	OnSuccess, OnFailure struct {
		Destination string `json:",omitempty"`
	}
}

type putAsyncInput struct {
	functionRef
	MaximumRetryAttempts     *int `check:"min=0 max=2"`
	MaximumEventAgeInSeconds *int `check:"min=60 max=21600"`
	DestinationConfig        *destinations
}

func (s *lambdaService) putEventInvokeConfig(_ *call, in putAsyncInput) (asyncConfig, error) {
	f, err := s.find(in.functionRef)
	if err != nil {
		return asyncConfig{}, err
	}
	if in.MaximumRetryAttempts == nil && in.MaximumEventAgeInSeconds == nil && in.DestinationConfig == nil {
		return asyncConfig{}, invalidParameter("You must specify at least one of error handling or destination setting.")
	}
	f.async = &asyncConfig{
		LastModified: epoch(time.Now()), FunctionArn: f.conf.FunctionArn + ":$LATEST",
		MaximumRetryAttempts: in.MaximumRetryAttempts, MaximumEventAgeInSeconds: in.MaximumEventAgeInSeconds,
	}
	set(&f.async.DestinationConfig, in.DestinationConfig)
	return *f.async, nil
}

// configured gives a function that has an asynchronous configuration.
func (s *lambdaService) configured(in functionRef) (*function, error) {
	f, err := s.find(in)
	if err == nil && f.async == nil {
		err = notFound("The function %s:$LATEST doesn't have an EventInvokeConfig", f.conf.FunctionArn)
	}
	return f, err
}

func (s *lambdaService) getEventInvokeConfig(_ *call, in functionRef) (asyncConfig, error) {
	f, err := s.configured(in)
	if err != nil {
		return asyncConfig{}, err
	}
	return *f.async, nil
}

func (s *lambdaService) deleteEventInvokeConfig(_ *call, in functionRef) (any, error) {
	f, err := s.configured(in)
	if err != nil {
		return nil, err
	}
	f.async = nil
	return nil, nil
}

type lambdaTagInput struct {
	Resource string
	Tags     tags
}

func (in lambdaTagInput) arn(*region) string { return in.Resource }

// tagged gives the function of an ARN without version.
func (s *lambdaService) tagged(arn string) (*function, error) {
	ref := functionRef{FunctionName: arn}
	if arn != ref.arn(s.region) {
		return nil, invalidParameter("The provided ARN %s is not an unqualified function ARN.", arn)
	}
	return s.find(ref)
}

func (s *lambdaService) tagResource(_ *call, in lambdaTagInput) (any, error) {
	f, err := s.tagged(in.Resource)
	if err != nil {
		return nil, err
	}
	if len(in.Tags) == 0 {
		return nil, invalidParameter("An error occurred and the request cannot be processed.")
	}
	sum, reason := f.tags.with(in.Tags)
	if reason != "" {
		return nil, invalidParameter("%s", reason)
	}
	f.tags = sum
	return nil, nil
}

// untagResource has its keys in the query, each as a parameter tagKeys of its own.
func (s *lambdaService) untagResource(c *call, in lambdaTagInput) (any, error) {
	f, err := s.tagged(in.Resource)
	if err != nil {
		return nil, err
	}
	f.tags.without(c.request.URL.Query()["tagKeys"])
	return nil, nil
}

type lambdaTagsAnswer struct {
	Tags tags
}

func (s *lambdaService) listTags(_ *call, in lambdaTagInput) (lambdaTagsAnswer, error) {
	f, err := s.tagged(in.Resource)
	if err != nil {
		return lambdaTagsAnswer{}, err
	}
	return lambdaTagsAnswer{f.tags}, nil
}

type accountSettingsAnswer struct {
	AccountLimit struct {
		TotalCodeSize, CodeSizeUnzipped, CodeSizeZipped      int
		ConcurrentExecutions, UnreservedConcurrentExecutions int
	}
	AccountUsage struct{ TotalCodeSize, FunctionCount int }
}

func (s *lambdaService) getAccountSettings(c *call, _ struct{}) (accountSettingsAnswer, error) {
	var answer accountSettingsAnswer
	answer.AccountLimit.TotalCodeSize = 80530636800
	answer.AccountLimit.CodeSizeUnzipped, answer.AccountLimit.CodeSizeZipped = 262144000, zipLimit
	answer.AccountLimit.ConcurrentExecutions = c.server.opts.Concurrency
	answer.AccountLimit.UnreservedConcurrentExecutions = c.server.opts.Concurrency - s.reservedElsewhere(nil)
	for _, f := range s.functions {
		answer.AccountUsage.FunctionCount++
		answer.AccountUsage.TotalCodeSize += len(f.code)
	}
	return answer, nil
}
