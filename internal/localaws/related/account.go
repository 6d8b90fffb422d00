package related

import (
	"slices"

	"github.com/spothandler/spothandler/internal/localaws/api"
)

// AccountAPI lists the actions of Account Management's API, see [lambda.API].
const AccountAPI = `200 POST /listRegions ListRegions`

type accountInput struct {
	MaxResults              *int     `check:"min=1 max=50"`
	NextToken               string   `check:"len=0:1000"`
	RegionOptStatusContains []string // of ENABLED, ENABLING, DISABLING, DISABLED, ENABLED_BY_DEFAULT
}

// listRegions lists the Regions of the partition, see [Options.OptInRegions].
func listRegions(c *api.Request, in *accountInput) (any, error) {
	all := []api.Obj{}
	for _, name := range c.Region.AllRegions() {
		status := c.Server.OptStatus(name)
		if len(in.RegionOptStatusContains) == 0 || slices.Contains(in.RegionOptStatusContains, status) {
			all = append(all, api.Obj{"RegionName": name, "RegionOptStatus": status})
		}
	}
	return api.Paged("account", "Regions", all, "NextToken", in.NextToken, in.MaxResults, 50)
}
