package events

import (
	"slices"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// maxTargets is AWS's limit for one rule.
const maxTargets = 5

// batch returns the response to a batch in which some entries fail because of fault, with HTTP status 200. It
// also returns the entries that succeed.
func batch(ids []string, fault *api.Error) (fine []string, response api.Obj) {
	failed := []api.Obj{}
	for _, id := range ids {
		if fault != nil {
			failed = append(failed, api.Obj{"TargetId": id, "ErrorCode": fault.Code, "ErrorMessage": fault.Message})
			continue
		}
		fine = append(fine, id)
	}
	return fine, api.Obj{"FailedEntryCount": len(failed), "FailedEntries": failed}
}

func (s *Service) putTargets(c *api.Request, in *eventsInput) (any, error) {
	o, err := s.own(in)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, t := range in.Targets {
		if err := t.check(); err != nil {
			return nil, err
		}
		ids = append(ids, t.ID)
	}
	kept := slices.DeleteFunc(slices.Clone(o.targets), func(t target) bool { return slices.Contains(ids, t.ID) })
	if len(kept)+len(ids) > maxTargets {
		return nil, api.Refuse("LimitExceededException", "The requested resource exceeds the maximum number allowed.")
	}
	fine, response := batch(ids, c.Entries)
	if len(fine) > 0 {
		o.targets = append(kept, in.Targets...)
	}
	return response, nil
}

func (s *Service) removeTargets(c *api.Request, in *eventsInput) (any, error) {
	o, err := s.own(in)
	if err != nil {
		return nil, err
	}
	fine, response := batch(in.IDs, c.Entries)
	o.targets = slices.DeleteFunc(o.targets, func(t target) bool { return slices.Contains(fine, t.ID) })
	return response, nil
}

func (s *Service) listTargetsByRule(o *rule, in *eventsInput) (any, error) {
	return api.Paged("events", "Targets", o.targets, "NextToken", in.NextToken, in.Limit, 100)
}
