package settings

import (
	"github.com/spothandler/spothandler/internal/apperr"
	"github.com/spothandler/spothandler/internal/session"
)

// Check validates the given settings, including names, without any AWS call. Empty fields of the identity are unknown and
// not checked.
func (g Given) Check(id session.Identity, prefix string) error {
	spec := Defaults(prefix)
	if err := g.Apply(&spec); err != nil {
		return err
	}
	if err := spec.CheckPlaces(id); err != nil {
		return err
	}
	if err := checkClusters(id, spec.Clusters); err != nil {
		return err
	}
	_, subnets := g["vpc-subnet"]
	_, groups := g["vpc-security-group"]
	if subnets && groups { // one alone may complement the recorded one
		if err := spec.checkNetwork(); err != nil {
			return err
		}
	}
	return CheckNames(id.Region, prefix, g.Text("function-name"), g.Text("rule-name"))
}

// Check rejects settings that are valid individually but not together, or not in this account and Region.
// Empty fields of the identity are unknown and not checked.
func (s Spec) Check(id session.Identity) error {
	if err := s.checkNetwork(); err != nil {
		return err
	}
	return s.CheckPlaces(id)
}

// CheckPlaces rejects ARNs of another account, Region or partition. Empty fields of the identity are unknown
// and not checked; an unknown partition is that of the Region.
func (s Spec) CheckPlaces(id session.Identity) error {
	boundary, key, destination := partsOf(s.Boundary), partsOf(s.KMSKey), partsOf(s.OnFailure)
	for _, each := range []struct{ what, partition string }{
		{"--permissions-boundary " + s.Boundary, boundary.Partition}, {"--kms-key " + s.KMSKey, key.Partition}, {"--on-failure " + s.OnFailure, destination.Partition},
	} {
		if err := id.CheckPartition(each.what, each.partition); err != nil {
			return err
		}
	}
	switch {
	case boundary.AccountID != "aws" && !agree(boundary.AccountID, id.Account):
		return apperr.Invalid("use a policy in the role's account, or an AWS managed policy", "--permissions-boundary %s is not in account %s", s.Boundary, id.Account)
	case !agree(key.Region, id.Region):
		return apperr.Invalid("use a key in the function's Region", "--kms-key %s is not in Region %s", s.KMSKey, id.Region)
	}
	return nil
}
