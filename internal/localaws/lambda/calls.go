package lambda

import (
	"cmp"
	"time"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

func (s *Service) createFunction(c *api.Request, in *lambdaInput) (any, error) {
	name := in.name()
	switch {
	case len(name) > 64:
		return nil, invalidParameter("1 validation error detected: Value '%s' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64", name)
	case s.named(name) != nil:
		return nil, conflict("Function already exist: %s", name)
	case in.here() != nil:
		return nil, in.here()
	case in.Runtime == "" || in.Handler == "":
		return nil, invalidParameter("Runtime and Handler are mandatory parameters for functions created with deployment packages.")
	}
	f := newFunction(s, name)
	if err := f.tags.Add("lambda", in.Tags); err != nil {
		return nil, err
	}
	if err := f.setCode(in.Code.ZipFile, in.Architectures); err != nil {
		return nil, err
	}
	if err := f.apply(in.functionSettings); err != nil {
		return nil, err
	}
	if in.CodeSigningConfigArn != "" {
		if _, err := s.putCodeSigningConfig(f, in); err != nil {
			return nil, err
		}
	}
	f.seenFrom, f.activeAt = time.Now().Add(c.Server.Options.Delays.FunctionSeen), time.Now().Add(c.Server.Options.Delays.FunctionActive)
	s.functions[name] = f
	return f.view(), nil
}

func (s *Service) getFunction(f *function, _ *lambdaInput) (any, error) {
	response := api.Obj{"Configuration": f.view(), "Code": api.Obj{"RepositoryType": "S3", "Location": "https://localaws.invalid/code.zip"}}
	if len(f.tags) > 0 {
		response["Tags"] = f.tags
	}
	if f.reserved != nil {
		response["Concurrency"] = f.concurrency()
	}
	return response, nil
}

// writable is find for updates: it rejects a function that Lambda could not update now.
func (s *Service) writable(in *lambdaInput) (*function, error) {
	f, err := s.find(in)
	if err != nil {
		return nil, err
	}
	switch conf := f.view(); {
	case conf.State != "Active":
		return nil, conflict("The operation cannot be performed at this time. The function is currently in the following state: %s", conf.State)
	case conf.LastUpdateStatus == "InProgress":
		return nil, conflict("The operation cannot be performed at this time. An update is in progress for resource: %s", conf.FunctionArn)
	case in.RevisionID != "" && in.RevisionID != conf.RevisionID:
		return nil, api.Refuse("PreconditionFailedException", "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id")
	}
	return f, nil
}

func (s *Service) updateFunctionCode(f *function, in *lambdaInput) (any, error) {
	if err := in.here(); err != nil {
		return nil, err
	}
	if in.DryRun { // shows the result without changing anything
		tried := *f
		err := tried.setCode(in.ZipFile, in.Architectures)
		return tried.view(), err
	}
	if err := f.setCode(in.ZipFile, in.Architectures); err != nil {
		return nil, err
	}
	f.updated(s.region.Server.Options.Delays.FunctionUpdate)
	return f.view(), nil
}

func (s *Service) updateFunctionConfiguration(f *function, in *lambdaInput) (any, error) {
	if err := f.apply(in.functionSettings); err != nil {
		return nil, err
	}
	f.updated(s.region.Server.Options.Delays.FunctionUpdate)
	return f.view(), nil
}

func (s *Service) deleteFunction(f *function, in *lambdaInput) (any, error) {
	if _, qualifier := in.named(); cmp.Or(in.Qualifier, qualifier) == "$LATEST" {
		return nil, invalidParameter("$LATEST version cannot be deleted without deleting the function.")
	}
	if f.goneAt.IsZero() {
		f.goneAt = time.Now().Add(s.region.Server.Options.Delays.FunctionDelete)
		f.discard()
	}
	return nil, nil
}

// listVersions returns the only version of a function, with its qualified ARN.
func (s *Service) listVersions(f *function, in *lambdaInput) (any, error) {
	latest := f.view()
	latest.FunctionArn += ":" + latest.Version
	return api.Paged("lambda", "Versions", []configuration{latest}, "NextMarker", in.Marker, in.MaxItems, 50)
}

func (s *Service) listFunctions(_ *api.Request, in *lambdaInput) (any, error) {
	var all []configuration
	for _, f := range api.Sorted(s.functions) {
		if !f.gone() {
			all = append(all, f.conf)
		}
	}
	return api.Paged("lambda", "Functions", all, "NextMarker", in.Marker, in.MaxItems, 50)
}
