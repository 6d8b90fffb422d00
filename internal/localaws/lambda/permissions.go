package lambda

import (
	"encoding/json"
	"regexp"
	"slices"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// policyLimit is the maximum size of a resource policy in bytes.
const policyLimit = 20480

func (s *Service) addPermission(f *function, in *lambdaInput) (any, error) {
	if f.policy.index(in.StatementID) >= 0 {
		return nil, conflict("The statement id (%s) provided already exists. Please provide a new statement id, or remove the existing statement.", in.StatementID)
	}
	added, err := in.statement(f)
	if err != nil {
		return nil, err
	}
	f.policy = append(f.policy, added)
	if text := f.policy.text(); len(text) > policyLimit {
		f.policy = f.policy[:len(f.policy)-1]
		return nil, api.Refuse("PolicyLengthExceededException", "The final policy size (%d) is bigger than the limit (%d).", len(text), policyLimit)
	}
	f.conf.RevisionID = api.NewID()
	one, err := json.Marshal(added)
	return api.Obj{"Statement": string(one)}, err
}

// statement returns the permission as a statement in Lambda's form.
func (in *lambdaInput) statement(f *function) (statement, error) {
	added := statement{Sid: in.StatementID, Effect: "Allow", Action: in.Action, Resource: f.conf.FunctionArn}
	switch {
	case in.Principal == "*":
		added.Principal = "*"
	case regexp.MustCompile(`^\d{12}$`).MatchString(in.Principal):
		added.Principal = map[string]string{"AWS": "arn:" + f.service.region.Partition() + ":iam::" + in.Principal + ":root"}
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

func (s *Service) removePermission(f *function, in *lambdaInput) (any, error) {
	if len(f.policy) == 0 {
		return nil, notFound("No policy is associated with the given resource.")
	}
	i := f.policy.index(in.StatementID)
	if i < 0 {
		return nil, notFound("Statement %s is not found in resource policy.", in.StatementID)
	}
	f.policy = slices.Delete(f.policy, i, i+1)
	f.conf.RevisionID = api.NewID()
	return nil, nil
}

func (s *Service) getPolicy(f *function, _ *lambdaInput) (any, error) {
	if len(f.policy) == 0 {
		return nil, notFound("The resource you requested does not exist.")
	}
	return api.Obj{"Policy": f.policy.text(), "RevisionId": f.conf.RevisionID}, nil
}
