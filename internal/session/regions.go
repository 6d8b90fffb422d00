package session

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/account"
	"github.com/aws/aws-sdk-go-v2/service/account/types"

	"github.com/spothandler/spothandler/internal/apperr"
)

// EnabledRegions returns the Regions that are enabled for the account, sorted. One Region of a partition
// provides Account Management for all of them.
func (s *Session) EnabledRegions(ctx context.Context) ([]string, error) {
	var regions []string
	pages := account.NewListRegionsPaginator(account.NewFromConfig(s.Config), &account.ListRegionsInput{
		RegionOptStatusContains: []types.RegionOptStatus{types.RegionOptStatusEnabled, types.RegionOptStatusEnabledByDefault},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, apperr.Explain("listing the Regions of account "+s.ID.Account, s.ID.Caller, err)
		}
		for _, region := range page.Regions {
			regions = append(regions, aws.ToString(region.RegionName))
		}
	}
	slices.Sort(regions)
	return regions, nil
}

// In returns the session for another Region of the same account. It makes no call.
func (s *Session) In(region string) *Session {
	other := *s
	other.Config = s.Config.Copy()
	other.Config.Region, other.ID.Region = region, region
	return &other
}
