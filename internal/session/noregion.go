package session

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/spothandler/spothandler/internal/apperr"
)

// enabledByDefault are the Regions of the partition aws that every account has. All Regions added since March
// 2019 must be enabled (AWS Account Management, "Enable or disable AWS Regions in your account"), so the list
// is final.
const enabledByDefault = "ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 eu-central-1 " +
	"eu-north-1 eu-west-1 eu-west-2 eu-west-3 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2"

// otherRegions are other Regions that a misspelled name may mean. The list need not be complete.
const otherRegions = "af-south-1 ap-east-1 ap-south-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-7 ca-west-1 eu-central-2 " +
	"eu-south-1 eu-south-2 il-central-1 me-central-1 me-south-1 mx-central-1 cn-north-1 cn-northwest-1 us-gov-east-1 us-gov-west-1"

// mayBeDisabled reports whether the Region must be enabled for an account.
func mayBeDisabled(region string) bool {
	return PartitionOf(region) == "aws" && !slices.Contains(strings.Fields(enabledByDefault), region)
}

// isNoRegion reports whether err means that AWS's host names in the Region do not resolve.
func isNoRegion(region string, err error) bool {
	unresolved, ok := errors.AsType[*net.DNSError](err)
	return ok && unresolved.IsNotFound && strings.Contains(unresolved.Name, "."+region+".")
}

// noRegion explains that the Region does not seem to exist.
func noRegion(region string, err error) error {
	hints := []string{"check the Region's name, and that this computer resolves host names (VPN, DNS)"}
	known := strings.Fields(enabledByDefault + " " + otherRegions)
	if nearest := apperr.Nearest(region, known); nearest != "" && nearest != region {
		hints = []string{"--region " + nearest}
	}
	return &apperr.Error{
		Code:    apperr.CodeInvalid,
		Message: fmt.Sprintf("no address found for AWS in Region %s", region),
		Detail:  []string{"The call was " + apperr.ActionOf(err) + "."},
		Hints:   hints,
		Err:     err,
	}
}
