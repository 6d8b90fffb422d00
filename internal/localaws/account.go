package localaws

import (
	"slices"
	"strings"
)

// accountAPI lists the actions of Account Management's API, see [lambdaAPI].
const accountAPI = `200 POST /listRegions ListRegions`

// The regions of each partition. The regions of aws that an account must enable are in a separate list.
const (
	defaultRegions = "ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 eu-central-1 " +
		"eu-north-1 eu-west-1 eu-west-2 eu-west-3 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2"
	optInRegions = "af-south-1 ap-east-1 ap-south-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-7 ca-west-1 eu-central-2 " +
		"eu-south-1 eu-south-2 il-central-1 me-central-1 me-south-1 mx-central-1"
	chinaRegions = "cn-north-1 cn-northwest-1"
	govRegions   = "us-gov-east-1 us-gov-west-1"
)

type accountInput struct {
	MaxResults              *int     `check:"min=1 max=50"`
	NextToken               string   `check:"len=0:1000"`
	RegionOptStatusContains []string // of ENABLED, ENABLING, DISABLING, DISABLED, ENABLED_BY_DEFAULT
}

// listRegions lists the regions of the partition, see [Options.OptInRegions].
func listRegions(c *call, in *accountInput) (any, error) {
	names := map[string]string{"aws": defaultRegions + " " + optInRegions, "aws-cn": chinaRegions, "aws-us-gov": govRegions}
	all := []obj{}
	for _, name := range strings.Fields(names[c.region.partition()]) {
		status := "DISABLED"
		switch {
		case strings.Contains(defaultRegions, name) || c.region.partition() != "aws":
			status = "ENABLED_BY_DEFAULT"
		case c.server.enabled(name):
			status = "ENABLED"
		}
		if len(in.RegionOptStatusContains) == 0 || slices.Contains(in.RegionOptStatusContains, status) {
			all = append(all, obj{"RegionName": name, "RegionOptStatus": status})
		}
	}
	return paged("account", "Regions", all, "NextToken", in.NextToken, in.MaxResults, 50)
}

// enabled reports whether the account can use a region. In other regions its credentials are unknown (AWS
// Account Management guide, Enable or disable AWS Regions).
func (s *Server) enabled(region string) bool {
	return region == s.opts.Region || !slices.Contains(strings.Fields(optInRegions), region) || slices.Contains(s.opts.OptInRegions, region)
}
