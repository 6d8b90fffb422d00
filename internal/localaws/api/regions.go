package api

import (
	"slices"
	"strings"
)

// The Regions of each partition. The Regions of aws that an account must enable are in a separate list.
const (
	defaultRegions = "ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 eu-central-1 " +
		"eu-north-1 eu-west-1 eu-west-2 eu-west-3 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2"
	optInRegions = "af-south-1 ap-east-1 ap-south-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-7 ca-west-1 eu-central-2 " +
		"eu-south-1 eu-south-2 il-central-1 me-central-1 me-south-1 mx-central-1"
	chinaRegions = "cn-north-1 cn-northwest-1"
	govRegions   = "us-gov-east-1 us-gov-west-1"
)

// AllRegions returns the names of all Regions of the Region's partition.
func (r *Region) AllRegions() []string {
	names := map[string]string{"aws": defaultRegions + " " + optInRegions, "aws-cn": chinaRegions, "aws-us-gov": govRegions}
	return strings.Fields(names[r.Partition()])
}

// OptStatus returns a Region's status in the account, as Account Management names it.
func (s *Server) OptStatus(region string) string {
	switch {
	case !slices.Contains(strings.Fields(optInRegions), region):
		return "ENABLED_BY_DEFAULT"
	case s.enabled(region):
		return "ENABLED"
	}
	return "DISABLED"
}

// enabled reports whether the account can use a Region. In other Regions its credentials are unknown (AWS
// Account Management guide, Enable or disable AWS Regions).
func (s *Server) enabled(region string) bool {
	return region == s.Options.Region || !slices.Contains(strings.Fields(optInRegions), region) || slices.Contains(s.Options.OptInRegions, region)
}
